#!/bin/sh
# launch.sh RUN_DIR KEY PROGRAM [ARG]...
# Runs one attempt of a job under the run directory's lock, which this shell and everything it starts inherit as an open
# file. The kernel drops the lock when the last of them is gone, so the lock, not a pid, says whether the job lives.
# Leaves started-KEY (the process group) at the start and exit-KEY (the exit code) at the end, each by rename.
dir=$1 key=$2
shift 2
echo "$$" >"$dir/started-$key.tmp" && mv "$dir/started-$key.tmp" "$dir/started-$key" || exit 78
"$@" &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM INT
wait "$child"
code=$?
# A signal ends `wait` early: ask again until the program itself is gone.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
echo "$code" >"$dir/exit-$key.tmp" && mv "$dir/exit-$key.tmp" "$dir/exit-$key"
exit "$code"
