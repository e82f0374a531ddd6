#!/usr/bin/env bash
# Training steps of this program and of PyTorch, alternating.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product scl-speed
python=${1:-/usr/bin/python3}
for round in 1 2 3; do
  echo "round $round"
  .build/release/scl-speed convolutions
  .build/release/scl-speed step
  .build/release/scl-speed step --precision float32
  if "$python" -c "import torch" 2>/dev/null; then
    "$python" benchmarks/pytorch_step.py bfloat16
    "$python" benchmarks/pytorch_step.py float32
  else
    echo "no torch in $python: nothing to compare with"
  fi
done
