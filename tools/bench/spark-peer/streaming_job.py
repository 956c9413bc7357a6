#!/usr/bin/env python3
"""Speed layer on Spark Structured Streaming: a Kafka topic into five-minute totals and a Parquet archive.

It drains what the topic holds and ends (Trigger.AvailableNow), or with --trigger goes on until SIGTERM.
"""
import os, shutil, signal, tempfile, threading, time

import common

KEYS = (("user_total_bytes", "id"), ("antenna_total_bytes", "antenna_id"), ("app_total_bytes", "app"))


def parse_args():
    p = common.parser(__doc__)
    env = os.environ.get
    p.add_argument("--bootstrap", default=env("KAFKA_BOOTSTRAP", "localhost:9092"))
    p.add_argument("--topic", default=env("KAFKA_TOPIC", "devices"))
    p.add_argument("--variant", choices=("separate", "combined", "foreachbatch"), default=env("VARIANT", "separate"),
                   help="separate: one query per total (as the original); combined: one query for the three totals; "
                        "foreachbatch: one query that archives and adds partial totals")
    p.add_argument("--mode", choices=("append", "update"), default=env("OUTPUT_MODE", "append"),
                   help="append: a window is written once, when the watermark has passed it; update: whenever it has "
                        "changed, into bytes_latest")
    p.add_argument("--trigger", default=env("TRIGGER"), help="goes on, a batch as often as this: 1 second")
    p.add_argument("--no-archive", action="store_true")
    p.add_argument("--no-totals", action="store_true")
    p.add_argument("--max-offsets", type=int, default=int(env("MAX_OFFSETS_PER_TRIGGER", "0")), help="0: no limit")
    p.add_argument("--checkpoint", default=env("CHECKPOINT_DIR"), help="default: a new temporary directory")
    return p.parse_args()


def events(spark, args):
    from pyspark.sql import functions as F
    from pyspark.sql import types as T
    schema = T.StructType([T.StructField("timestamp", T.LongType()), T.StructField("id", T.StringType()),
                           T.StructField("antenna_id", T.StringType()), T.StructField("bytes", T.LongType()),
                           T.StructField("app", T.StringType())])
    reader = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", args.bootstrap)
              .option("subscribe", args.topic).option("startingOffsets", "earliest"))
    if args.max_offsets:
        reader = reader.option("maxOffsetsPerTrigger", args.max_offsets)
    return (reader.load().select(F.from_json(F.col("value").cast("string"), schema).alias("e")).select("e.*")
            .withColumn("timestamp", F.col("timestamp").cast("timestamp")))


def with_hour(frame):
    from pyspark.sql import functions as F
    t = F.col("timestamp")
    return (frame.withColumn("year", F.year(t)).withColumn("month", F.month(t))
            .withColumn("day", F.dayofmonth(t)).withColumn("hour", F.hour(t)))


def total(frame, type_, key):
    from pyspark.sql import functions as F
    return (frame.groupBy(F.window("timestamp", "5 minutes"), F.col(key).alias("id")).agg(F.sum("bytes").alias("value"))
            .select(F.col("window.start").alias("timestamp"), "id", "value", F.lit(type_).alias("type")))


def all_totals(frame):
    """The three totals in one aggregation: every event becomes three (type, id) rows."""
    from pyspark.sql import functions as F
    pairs = F.array(*[F.struct(F.lit(t).alias("type"), F.col(k).alias("id")) for t, k in KEYS])
    return (frame.select("timestamp", "bytes", F.explode(pairs).alias("k"))
            .groupBy(F.window("timestamp", "5 minutes"), F.col("k.type").alias("type"), F.col("k.id").alias("id"))
            .agg(F.sum("bytes").alias("value"))
            .select(F.col("window.start").alias("timestamp"), "id", "value", "type"))


def upsert(args, options):
    """Write the batch into a table without log or key, then over what is there, in one statement."""
    import psycopg2

    def write(batch, _):
        (batch.write.format("jdbc").options(**options).option("dbtable", "bytes_batch").option("truncate", "true")
         .mode("overwrite").save())
        db = psycopg2.connect(args.postgres)
        try:
            with db, db.cursor() as cur:
                cur.execute('INSERT INTO bytes_latest SELECT * FROM bytes_batch ON CONFLICT ("timestamp", type, id) '
                            "DO UPDATE SET value = excluded.value")
        finally:
            db.close()
    return write


def start_queries(spark, args, checkpoint):
    options = common.jdbc(args)

    def start(writer, name):
        trigger = {"processingTime": args.trigger} if args.trigger else {"availableNow": True}
        return (writer.option("checkpointLocation", os.path.join(checkpoint, name)).queryName(name)
                .trigger(**trigger).start())

    def to_bytes(batch, _):
        common.append(batch, "bytes", options)

    def archive(frame):
        return (with_hour(frame).writeStream.format("parquet").partitionBy("year", "month", "day", "hour")
                .option("path", args.archive))

    def whole_batch(batch, _):
        batch.persist()
        if not args.no_archive:
            with_hour(batch).write.mode("append").partitionBy("year", "month", "day", "hour").parquet(args.archive)
        if not args.no_totals:
            common.append(all_totals(batch), "bytes", options)
        batch.unpersist()

    source = events(spark, args)
    if args.variant == "foreachbatch":
        return [start(source.writeStream.foreachBatch(whole_batch), "all")]
    queries = [] if args.no_archive else [start(archive(source), "archive")]
    if not args.no_totals:
        marked = source.withWatermark("timestamp", "1 minute")
        frames = ([("totals", all_totals(marked))] if args.variant == "combined"
                  else [(t, total(marked, t, k)) for t, k in KEYS])
        write = upsert(args, options) if args.mode == "update" else to_bytes
        queries += [start(f.writeStream.outputMode(args.mode).foreachBatch(write), name) for name, f in frames]
    return queries


def await_end(queries, args):
    if not args.trigger:
        for q in queries:
            q.awaitTermination()
        return
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    print('{"job": "streaming", "started": true}', flush=True)
    while not ended.wait(0.5):
        for q in queries:
            if not q.isActive:
                raise SystemExit(f"{q.name} ended: {q.exception()}")
    for q in queries:
        q.stop()


def rows_read(query):
    return sum(p["numInputRows"] for p in query.recentProgress)


def main():
    args = parse_args()
    if args.mode == "update" and args.variant != "combined":
        raise SystemExit("--mode update goes with --variant combined: separate queries would share one batch table")
    spark = common.session(args, "streaming")
    checkpoint = args.checkpoint or tempfile.mkdtemp(prefix="peer-spark-")
    begun = time.time()
    queries = start_queries(spark, args, checkpoint)
    await_end(queries, args)
    drain = time.time() - begun
    common.report(spark, job="streaming", variant=args.variant, archive=not args.no_archive, totals=not args.no_totals,
                  events=max(map(rows_read, queries)), drain_seconds=round(drain, 2),
                  events_per_second=round(max(map(rows_read, queries)) / drain))
    if not args.checkpoint:
        shutil.rmtree(checkpoint, ignore_errors=True)
    common.stop(spark)


if __name__ == "__main__":
    main()
