"""Instance discrimination as a PyTorch script: torchvision's transforms, two loader processes, a checkpoint.

The counterpart of `scl run benchmarks/epoch.yaml`: the same images (a benchmark file), augmentation, network, bank,
optimiser and number of epochs, and a checkpoint after each. Prints the seconds of the whole process after its imports.
"""
import argparse
import time

import h5py
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from pytorch_step import resnet
from torchvision_views import transform


class Images(Dataset):
    def __init__(self, file):
        with h5py.File(file) as data:
            self.pixels = data["images"][:]
        self.change = transform(self.pixels.shape[1])

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, index):
        return self.change(Image.fromarray(self.pixels[index])), index


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="benchmark file")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--precision", default="bfloat16", choices=["bfloat16", "float32"])
    parser.add_argument("--checkpoint", required=True)
    o = parser.parse_args()
    start = time.perf_counter()
    torch.set_num_threads(o.threads)
    images = Images(o.file)
    network = nn.Sequential(resnet(32, 18, "small-pool"), nn.Linear(256, 128)).to(
        o.device, memory_format=torch.channels_last)
    bank = F.normalize(torch.randn(len(images), 128), dim=1).to(o.device)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=0.03, momentum=0.9, nesterov=True, weight_decay=5e-4, fused=True)
    loader = DataLoader(
        images, batch_size=128, shuffle=True, num_workers=2, persistent_workers=True,
        pin_memory=o.device == "cuda")
    for _ in range(o.epochs):
        for views, index in loader:
            views = views.to(o.device, memory_format=torch.channels_last)
            index = index.to(o.device)
            with torch.autocast(o.device, torch.bfloat16, enabled=o.precision == "bfloat16"):
                features = network(views)
            vectors = F.normalize(features.float(), dim=1)
            F.cross_entropy(vectors @ bank.T / 0.1, index).backward()
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            with torch.no_grad():
                bank[index] = F.normalize(0.5 * bank[index] + 0.5 * vectors, dim=1)
        torch.save({"network": network.state_dict(), "optimiser": optimiser.state_dict(),
                    "bank": bank}, o.checkpoint)
    seconds = time.perf_counter() - start
    print(f"PyTorch {torch.__version__} epochs: {seconds:.2f} s; {o.epochs} epochs of {len(images)} images, "
          f"{o.precision}, {o.threads} threads and 2 loader processes")


if __name__ == "__main__":
    main()
