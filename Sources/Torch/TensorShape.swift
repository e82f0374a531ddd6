// Shapes and indices. A view shares its elements with the tensor that it is of.
extension Tensor {
  /// The same elements in another shape; one -1 stands for what remains.
  public func reshaped(_ shape: [Int]) -> Tensor {
    Tensor(of: [self]) { withSizes(shape) { caten.reshape(handle, $0, $1) } }
  }

  /// A view that repeats dimensions of size 1; -1 keeps a dimension's size.
  public func expanded(_ shape: [Int]) -> Tensor {
    Tensor(of: [self]) { withSizes(shape) { caten.expand(handle, $0, $1) } }
  }

  /// A view with the dimensions in this order: `permuted([0, 3, 1, 2])` makes [N, C, H, W] of [N, H, W, C].
  public func permuted(_ dimensions: [Int]) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.permute(handle, $0, $1) } }
  }

  /// A view with two dimensions exchanged, by default the first two.
  public func transposed(_ first: Int = 0, _ second: Int = 1) -> Tensor {
    Tensor(of: [self]) { caten.transpose(handle, Int64(first), Int64(second)) }
  }

  /// Inserts a dimension of size 1 at this position: [N] to [N, 1] for 1, to [1, N] for 0.
  public func unsqueezed(_ dimension: Int) -> Tensor {
    Tensor(of: [self]) { caten.unsqueeze(handle, Int64(dimension)) }
  }

  /// Removes a dimension of size 1; one of another size stays.
  public func squeezed(_ dimension: Int) -> Tensor {
    Tensor(of: [self]) { caten.squeeze(handle, Int64(dimension)) }
  }

  /// A view of `range` along a dimension, whose size becomes that of the range.
  public func narrowed(_ dimension: Int, to range: Range<Int>) -> Tensor {
    Tensor(of: [self]) {
      caten.narrow(handle, Int64(dimension), Int64(range.lowerBound), Int64(range.count))
    }
  }

  /// The elements in reverse order along a dimension.
  public func flipped(_ dimension: Int) -> Tensor {
    Tensor(of: [self]) { caten.flip(handle, Int64(dimension)) }
  }

  /// The rows named by `index` (int64 [M]): [N, ...] to [M, ...].
  public func rows(_ index: Tensor) -> Tensor {
    Tensor(of: [self, index]) { caten.index_select(handle, 0, index.handle) }
  }

  /// result[i][j] = self[i][index[i][j]], along dimension 1.
  public func gathered(_ index: Tensor) -> Tensor {
    Tensor(of: [self, index]) { caten.gather(handle, 1, index.handle) }
  }

  /// A copy to which the slices of `source` are added at `index` (int64 [M]) along a dimension, of which
  /// `source` has M.
  public func adding(_ source: Tensor, at index: Tensor, along dimension: Int) -> Tensor {
    Tensor(of: [self, index, source]) {
      caten.index_add(handle, Int64(dimension), index.handle, source.handle)
    }
  }

  /// int64 [N] to int64 [N, classes] of zeros and ones.
  public func oneHot(_ classes: Int) -> Tensor {
    Tensor(of: [self]) { caten.one_hot(handle, Int64(classes)) }
  }
}
