"""k-means of scikit-learn and of faiss on the input of `scl-speed kmeans`, and that input.

make FILE POINTS DIMENSIONS CLUSTERS    points of overlapping groups, and points among them as centres
scikit-learn|faiss FILE THREADS         fits from these centres, as many moves as scl makes
"""
import statistics
import sys
import time

import h5py
import numpy as np

ITERATIONS = 25
REPEATS = 5


def make(path, count, dimensions, clusters):
    random = np.random.default_rng(0)
    # Groups whose middles lie as far from one another as a third of their width: no easy task.
    middles = 0.35 * random.standard_normal((clusters, dimensions), dtype=np.float32)
    points = middles[random.integers(0, clusters, count)]
    points += random.standard_normal((count, dimensions), dtype=np.float32)
    centres = points[np.sort(random.choice(count, clusters, replace=False))]
    with h5py.File(path, "w") as file:
        file["points"], file["centres"] = points, centres


def read(path):
    with h5py.File(path) as file:
        return file["points"][:], file["centres"][:]


def scikit_learn(points, centres, threads):
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        times = []
        for _ in range(REPEATS):
            fit = KMeans(len(centres), init=centres, n_init=1, max_iter=ITERATIONS, tol=0)
            start = time.perf_counter()
            fit.fit(points)
            times.append(time.perf_counter() - start)
    return times, fit.inertia_, fit.n_iter_


def faiss(points, centres, threads):
    import faiss

    faiss.omp_set_num_threads(threads)
    times = []
    for _ in range(REPEATS):
        fit = faiss.Kmeans(points.shape[1], len(centres), niter=ITERATIONS,
                           max_points_per_centroid=len(points), min_points_per_centroid=1)
        start = time.perf_counter()
        fit.train(points, init_centroids=centres)
        times.append(time.perf_counter() - start)
    distances, _ = fit.index.search(points, 1)
    # faiss does not stop when no label changes.
    return times, distances.sum(dtype=np.float64), ITERATIONS


def main(program, path, *numbers):
    if program == "make":
        return make(path, *map(int, numbers))
    points, centres = read(path)
    threads = int(numbers[0])
    fit = {"scikit-learn": scikit_learn, "faiss": faiss}[program]
    times, inertia, iterations = fit(points, centres, threads)
    from threadpoolctl import threadpool_info
    kernels = {pool["architecture"] for pool in threadpool_info() if "architecture" in pool}
    print(f"{program}: {statistics.median(times):.3f} s, median of {REPEATS} fits of "
          f"{points.shape[0]} x {points.shape[1]} points with K = {len(centres)}; {iterations} "
          f"iterations, inertia {inertia:.1f}, {threads} threads, OpenBLAS running "
          f"{' and '.join(sorted(kernels))}")


main(*sys.argv[1:])
