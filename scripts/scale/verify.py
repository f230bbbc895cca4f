"""Verifies a list of dumps on a Spark cluster: a path a line in, a verdict a line out (docs/scale.md).

spark-submit verify.py LIST OUT PARTITIONS COMMAND...
"""

import shlex
import sys

from pyspark import SparkContext

listed, out, partitions, *command = sys.argv[1:]
context = SparkContext(appName="taimen")
# checkCode: a program that did not judge everything ends with another code than 0, and Spark runs the partition again.
verdicts = context.textFile(listed, int(partitions)).pipe(shlex.join(command), checkCode=True)
# A partition's lines count when it is done as a whole: nothing is lost or doubled if a worker dies.
verdicts.saveAsTextFile(out)
context.stop()
