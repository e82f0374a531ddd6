"""The scores of `scl-speed score` with scikit-learn and SciPy, as papers compute them."""
import argparse
import statistics
import time

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix


def score(truth, predicted):
    table = contingency_matrix(truth, predicted)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return (normalized_mutual_info_score(truth, predicted), adjusted_rand_score(truth, predicted),
            table[rows, columns].sum() / len(truth))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--clusters", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    o = parser.parse_args()
    random = np.random.default_rng(0)
    truth = np.arange(o.points) % o.clusters
    predicted = np.where(random.random(o.points) < 0.5, truth, random.integers(0, o.clusters, o.points))
    times = []
    for _ in range(o.rounds):
        start = time.perf_counter()
        nmi, ari, accuracy = score(truth, predicted)
        times.append(time.perf_counter() - start)
    print(f"scikit-learn score: {1000 * statistics.median(times):.2f} ms; {o.points} points, "
          f"K = {o.clusters}, NMI {nmi:.4f}, ARI {ari:.4f}, ACC {accuracy:.4f}, median of {o.rounds}")


main()
