#!/usr/bin/env bash
# Decoding and scaling photographs by this program and by Pillow with torchvision, alternating.
set -euo pipefail
folder=${1:?name a folder of JPEG files}
python=${2:-python3}
cd "$(dirname "$0")/.."
swift build -c release --product scl-speed
for round in 1 2 3; do
  echo "round $round"
  .build/release/scl-speed decode "$folder"
  if "$python" -c "import PIL, torchvision" 2>/dev/null; then
    "$python" benchmarks/pillow_decode.py "$folder"
  else
    echo "no Pillow with torchvision in $python: nothing to compare with"
  fi
done
