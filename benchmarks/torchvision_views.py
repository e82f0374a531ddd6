"""The views of `scl-speed augment` with torchvision's transforms of PIL images, as papers make them."""
import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch
from PIL import Image
from torchvision import transforms


def transform(size):
    return transforms.Compose([
        transforms.RandomResizedCrop(size, scale=(0.2, 1.0)),
        transforms.ColorJitter(0.4, 0.4, 0.4, 0.4), transforms.RandomGrayscale(0.2),
        transforms.RandomHorizontalFlip(), transforms.ToTensor(),
        transforms.Normalize((0.49, 0.48, 0.45), (0.25, 0.24, 0.26))])


def views(pixels):
    torch.set_num_threads(1)
    change = transform(pixels.shape[1])
    # A single number goes back: passing views between processes is not what is measured.
    return torch.stack([change(Image.fromarray(image)) for image in pixels]).mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2, help="processes, as loaders have them")
    o = parser.parse_args()
    pixels = np.random.default_rng(0).integers(
        0, 256, (o.batch, o.image_size, o.image_size, 3), dtype=np.uint8)
    parts = np.array_split(pixels, o.threads)
    times = []
    with ProcessPoolExecutor(o.threads) as pool:
        for _ in range(3 + o.rounds):
            start = time.perf_counter()
            list(pool.map(views, parts))
            times.append(time.perf_counter() - start)
    median = statistics.median(times[3:])
    print(f"torchvision augment: {o.batch / median:.1f} images/s; {o.image_size} px, batch {o.batch}, "
          f"{o.threads} processes, median of {o.rounds}")


if __name__ == "__main__":
    main()
