#!/usr/bin/env bash
# k-means of this program, of scikit-learn and of faiss from the same centres, alternating.
# Python packages go into a virtual environment: benchmarks/.venv, or that of the first argument.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product scl-speed
venv=${1:-benchmarks/.venv}
threads=${2:-2}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c "import faiss, h5py, sklearn, threadpoolctl" 2>/dev/null ||
  "$venv/bin/pip" install -q faiss-cpu h5py scikit-learn threadpoolctl
input=$(mktemp -d)
trap 'rm -rf "$input"' EXIT
# OpenBLAS chooses its own kernel, and, where the environment names one, takes that in a second turn.
free() { env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_NUM_THREADS="$threads" "$@"; }
named() { [ -z "${OPENBLAS_CORETYPE:-}" ] || OMP_NUM_THREADS="$threads" "$@"; }
for size in "60000 128 10" "100000 512 200"; do
  # shellcheck disable=SC2086
  free "$venv/bin/python" benchmarks/kmeans.py make "$input/points.h5" $size
  for round in 1 2 3; do
    for kernel in free named; do
      echo "$size, round $round, $kernel kernel"
      $kernel .build/release/scl-speed kmeans "$input/points.h5" --iterations 25 \
        --threads "$threads"
      for program in scikit-learn faiss; do
        $kernel "$venv/bin/python" benchmarks/kmeans.py $program "$input/points.h5" "$threads"
      done
    done
  done
done
