"""What `scl-speed decode` does, in Pillow with torchvision's transforms, on one core."""
import pathlib
import statistics
import sys
import time

import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms


def main(folder, size=112, rounds=15):
    torch.set_num_threads(1)
    files = sorted(path for path in pathlib.Path(folder).rglob("*")
                   if path.suffix.lower() in (".jpeg", ".jpg", ".png"))
    transform = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size)])
    times = []
    for _ in range(1 + rounds):
        start = time.perf_counter()
        for file in files:
            transform(Image.open(file).convert("RGB"))
        times.append(time.perf_counter() - start)
    median = statistics.median(times[1:])
    print(f"Pillow {PIL.__version__}, torchvision {torchvision.__version__} decode: "
          f"{len(files) / median:.1f} images/s to {size} pixels, median of {rounds} rounds over "
          f"{len(files)} files, one thread")


main(sys.argv[1], *map(int, sys.argv[2:]))
