"""Preparing a folder of photographs as a script would: Pillow and h5py, on all cores."""
import argparse
import hashlib
import pathlib
import time
from concurrent.futures import ProcessPoolExecutor

import h5py
import numpy as np
from PIL import Image, ImageOps


def make(folder, images, size=256):
    """A folder of JPEG images of smooth noise in two classes."""
    random = np.random.default_rng(0)
    for number in range(images):
        rough = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        place = pathlib.Path(folder, f"class-{number % 2}")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rough).resize((size, size), Image.BICUBIC).save(place / f"{number:05}.jpg", quality=95)


def read(path):
    data = path.read_bytes()
    with Image.open(path) as image:
        square = ImageOps.fit(image.convert("RGB"), (64, 64), Image.BILINEAR)
    return np.asarray(square), hashlib.sha256(data).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["make", "prepare"])
    parser.add_argument("folder")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--out")
    parser.add_argument("--threads", type=int, default=2)
    o = parser.parse_args()
    if o.command == "make":
        return make(o.folder, o.images)
    start = time.perf_counter()
    files = sorted(pathlib.Path(o.folder).rglob("*.jpg"))
    with ProcessPoolExecutor(o.threads) as pool:
        pixels, hashes = zip(*pool.map(read, files, chunksize=64))
    with h5py.File(o.out, "w") as data:
        data["images"] = np.stack(pixels)
        data["hashes"] = list(hashes)
    print(f"Pillow prepare: {time.perf_counter() - start:.2f} s; {len(files)} images, {o.threads} processes")


if __name__ == "__main__":
    main()
