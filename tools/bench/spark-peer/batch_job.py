#!/usr/bin/env python3
"""Batch layer on Spark: recompute one hour of totals from the Parquet archive and list the users over quota."""
import datetime

import common


def parse_args():
    p = common.parser(__doc__)
    p.add_argument("--hour", required=True, help="UTC hour, as 2026-01-15T01")
    args = p.parse_args()
    args.hour = datetime.datetime.strptime(args.hour, "%Y-%m-%dT%H")
    return args


def main():
    args = parse_args()
    spark = common.session(args, "batch")
    from pyspark.sql import functions as F
    options, h = common.jdbc(args), args.hour
    stamp = F.lit(h.strftime("%Y-%m-%d %H:00:00")).cast("timestamp")
    data = (spark.read.parquet(args.archive)
            .where((F.col("year") == h.year) & (F.col("month") == h.month) & (F.col("day") == h.day)
                   & (F.col("hour") == h.hour)))

    def total(type_, key):
        return (data.groupBy(F.col(key).alias("id")).agg(F.sum("bytes").alias("value"))
                .select(stamp.alias("timestamp"), "id", "value", F.lit(type_).alias("type")))

    users = total("user_total_bytes", "id").cache()
    for frame in (users, total("antenna_total_bytes", "antenna_id"), total("app_total_bytes", "app")):
        common.append(frame, "bytes_hourly", options)
    metadata = spark.read.format("jdbc").options(**options).option("dbtable", "user_metadata").load()
    over = (users.join(metadata, "id").where(F.col("value") > F.col("quota"))
            .select("email", F.col("value").alias("usage"), "quota", "timestamp"))
    common.append(over, "user_quota_limit", options)
    common.report(spark, job="batch", hour=h.strftime("%Y-%m-%dT%H"))
    common.stop(spark)


if __name__ == "__main__":
    main()
