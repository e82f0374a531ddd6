#!/usr/bin/env bash
# Training steps of this program and of PyTorch, alternating.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-/usr/bin/python3}
for round in 1 2 3; do
  echo "round $round"
  .build/release/scl benchmark convolutions
  .build/release/scl benchmark step
  .build/release/scl benchmark step --precision float32
  if "$python" -c "import torch" 2>/dev/null; then
    "$python" benchmarks/pytorch_step.py bfloat16
    "$python" benchmarks/pytorch_step.py float32
  else
    echo "no torch in $python: nothing to compare with"
  fi
done
