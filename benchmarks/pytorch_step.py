"""The step of `scl-speed step` in PyTorch: a ResNet of basic blocks, fused SGD, channels-last.

Prints images per second of the median step, as `scl-speed step` does. Whether `--compile` makes it faster depends on
network and processor; benchmarks/compare measures both and takes the faster one.
"""
import argparse
import resource
import statistics
import time

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        around = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)) + around)


def resnet(width=64, depth=18, stem="small"):
    first = (nn.Conv2d(3, width, 7, 2, 3, bias=False) if stem == "imagenet"
             else nn.Conv2d(3, width, 3, 1, 1, bias=False))
    layers = [first, nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    layers += {"small": [], "small-pool": [nn.MaxPool2d(2, 2)],
               "small-padded-pool": [nn.MaxPool2d(2, 2, 1)],
               "imagenet": [nn.MaxPool2d(3, 2, 1)]}[stem]
    inputs = width
    for stage, count in enumerate([2, 2, 2, 2] if depth == 18 else [3, 4, 6, 3]):
        outputs = width << stage
        for block in range(count):
            layers.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precision", default="bfloat16", choices=["bfloat16", "float32"])
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--depth", type=int, default=18, choices=[18, 34])
    parser.add_argument("--stem", default="small")
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--compile", action="store_true", help="torch.compile the network, which needs a C++ compiler")
    return parser.parse_args()


def main(o):
    torch.set_num_threads(o.threads)
    device = torch.device(o.device)
    network = resnet(o.width, o.depth, o.stem).to(device, memory_format=torch.channels_last)
    run = torch.compile(network) if o.compile else network
    images = torch.randn(o.batch, 3, o.image_size, o.image_size, device=device).to(
        memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4, fused=True)
    times = []
    # The first steps select and compile kernels.
    for _ in range(3 + o.steps):
        start = time.perf_counter()
        with torch.autocast(o.device, torch.bfloat16, enabled=o.precision == "bfloat16"):
            features = run(images)
        loss = features.float().square().mean()
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        # Waits for the GPU, which works asynchronously.
        loss.item()
        times.append(time.perf_counter() - start)
    median = statistics.median(times[3:])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"PyTorch {torch.__version__} step: {o.batch / median:.1f} images/s; ResNet-{o.depth}, "
          f"width {o.width}, stem {o.stem}, {o.image_size} px, batch {o.batch}, {o.precision}"
          f"{', compiled' if o.compile else ''}, {o.threads} threads, median of {o.steps}, "
          f"peak memory {memory} MiB")


if __name__ == "__main__":
    main(options())
