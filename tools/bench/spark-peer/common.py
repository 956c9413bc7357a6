"""Settings, session and measurement shared by the streaming and the batch job."""
import argparse, glob, json, os, resource, time

STARTED = time.time()
HERE = os.path.dirname(os.path.abspath(__file__))


def parser(doc):
    p = argparse.ArgumentParser(description=doc)
    env = os.environ.get
    p.add_argument("--postgres", default=env("POSTGRES_URL", "postgresql://postgres@localhost:5432/bench"),
                   help="postgresql://user[:password]@host:port/database")
    p.add_argument("--archive", default=env("ARCHIVE_DIR", "archive"), help="directory of the partitioned Parquet files")
    p.add_argument("--jars", default=env("PEER_JARS", os.path.join(HERE, "target", "jars")))
    p.add_argument("--cores", default=env("SPARK_CORES", "2"))
    p.add_argument("--shuffle-partitions", default=env("SPARK_SHUFFLE_PARTITIONS", "2"))
    p.add_argument("--heap", default=env("SPARK_HEAP", "4g"))
    return p


def session(args, name):
    # Imported here so that --help works without Spark.
    from pyspark.sql import SparkSession
    jars = ",".join(sorted(glob.glob(os.path.join(args.jars, "*.jar"))))
    if not jars:
        raise SystemExit(f"no jars in {args.jars}: run mvn dependency:copy-dependencies first (see README.md)")
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-memory {args.heap} --jars {jars} pyspark-shell"
    spark = (SparkSession.builder.master(f"local[{args.cores}]").appName(name)
             .config("spark.sql.shuffle.partitions", args.shuffle_partitions)
             .config("spark.sql.session.timeZone", "UTC")
             .config("spark.sql.adaptive.enabled", "true")
             .config("spark.ui.enabled", "false")
             .config("spark.ui.showConsoleProgress", "false")
             .config("spark.scheduler.mode", "FAIR")
             .config("spark.driver.host", "127.0.0.1")
             .config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.sql.streaming.metricsEnabled", "false")
             .getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def jdbc(args):
    from urllib.parse import urlsplit
    u = urlsplit(args.postgres)
    url = f"jdbc:postgresql://{u.hostname}:{u.port or 5432}{u.path}?reWriteBatchedInserts=true&stringtype=unspecified"
    options = {"url": url, "driver": "org.postgresql.Driver", "user": u.username or "postgres", "batchsize": "10000"}
    if u.password:
        options["password"] = u.password
    return options


def append(frame, table, options):
    frame.write.format("jdbc").options(**options).option("dbtable", table).mode("append").save()


def jvm_usage(spark):
    """CPU seconds and peak resident megabytes of the JVM (Linux: read from /proc)."""
    pid = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/status") as f:
        peak = next(line for line in f if line.startswith("VmHWM")).split()[1]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak) / 1024


def report(spark, **facts):
    """Print the one JSON line; cpu_seconds and peak_rss_mb add the JVM and this Python process."""
    cpu, rss = jvm_usage(spark)
    own = resource.getrusage(resource.RUSAGE_SELF)
    facts["seconds"] = round(time.time() - STARTED, 2)
    facts["cpu_seconds"] = round(cpu + own.ru_utime + own.ru_stime, 2)
    facts["peak_rss_mb"] = round(rss + own.ru_maxrss / 1024)
    print(json.dumps(facts), flush=True)


def stop(spark):
    """Stop Spark and wait for its JVM, whose CPU time whoever started this would otherwise never be told."""
    jvm = spark.sparkContext._gateway.proc
    spark.stop()
    # Closing its standard input is what ends it.
    jvm.stdin.close()
    jvm.wait()
