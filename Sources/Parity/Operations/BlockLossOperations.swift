import Methods
import Torch

/// Losses of predictions against targets that are fixed for a block of images. References: DCCM's and SPICE's
/// official code; PyTorch's autograd on DAC's formulas. Errors are relative; the shared cases allow 1e-4. B images, K
/// clusters, C channels, h hidden units.
///
/// - `loss.dac`: probabilities, reference [B, K]; `upper`, `lower`, `form` (logarithmic or linear),
///   `slope`. The loss of pairs, and the binary cross-entropy to the reference.
/// - `loss.dccm`: probabilities, reference [B, K]; feature_map [B, C, H, W], feature_vector [B, K];
///   positive [B], negatives [B, 2]; weight_0 [h, C + K], weight_1 [h, h], weight_2 [1, h]; thresholds and
///   weights. The losses of labels, graph and mutual information, and their weighted sum.
/// - `loss.spice_self`: embeddings [N, D], unit; scores [N, K]; `centre_ratio`, `select_ratio`. The centres
///   and the places of the selected images; probabilities [B, K], labels [B]: the loss of probabilities that
///   are taken as logits.
let blockLossOperations: [String: ParityFile.Operation] = [
  "loss.dac": { parity in
    let name = try parity.text("form")
    guard let form = PairLossForm(rawValue: name) else {
      throw ParityError.unknownValue(case: parity.name, name: "form", value: name)
    }
    let reference = try parity.tensor("reference")
    let relations = try PairRelations(
      reference, upper: parity.number("upper"), lower: parity.number("lower"))
    let first = try parity.leaf("probabilities")
    let pairs = try pairLoss(first, relations, form: form, slope: parity.number("slope"))
    let second = try parity.leaf("probabilities")
    let auxiliary = binaryCrossEntropies(second, reference).mean()
    return try largest(
      parity.relativeError(relations.areSimilar, "similar"),
      parity.relativeError(relations.areSelected, "selected"),
      gradientError(of: pairs, first, parity, "pairs"),
      gradientError(of: auxiliary, second, parity, "auxiliary"))
  },

  "loss.dccm": { parity in
    let reference = try parity.tensor("reference")
    let probabilities = try parity.leaf("probabilities")
    let (maps, vectors) = (
      try parity.leaf("feature_map", rank: 4), try parity.leaf("feature_vector")
    )
    let weights = try (0..<3).map { try parity.leaf("weight_\($0)") }
    let relations = try PairRelations(reference, threshold: parity.number("graph_threshold"))
    let labels = try ConfidentLabels(reference, threshold: parity.number("label_threshold"))
    let label = try confidentLabelLoss(
      probabilities, reference: reference, threshold: parity.number("label_threshold"))
    let graph = pseudoGraphLoss(probabilities, relations)
    let negatives = try parity.shape("negatives", rank: 2)
    let local = try localInformationLoss(
      maps: maps, vectors: vectors,
      Triplets(
        positives: parity.indices("positive"),
        negatives: parity.indices("negatives").reshaped(negatives)), weights: weights)
    let loss =
      try label * parity.number("label_weight") + graph * parity.number("graph_weight")
      + local * parity.number("local_weight")
    return try largest(
      parity.relativeError(relations.areSimilar, "graph"),
      parity.relativeError(labels.classes.to(.float32), "labels"),
      parity.relativeError(labels.areConfident, "confident"),
      parity.error(
        of: loss,
        parts: [("loss_label", label), ("loss_graph", graph), ("loss_local", local)],
        gradients: [
          ("grad_probabilities", probabilities), ("grad_feature_map", maps),
          ("grad_feature_vector", vectors), ("grad_weight_0", weights[0]),
          ("grad_weight_1", weights[1]), ("grad_weight_2", weights[2]),
        ]))
  },

  "loss.spice_self": { parity in
    let found = try PrototypeLabels(
      embeddings: parity.tensor("embeddings"), scores: parity.tensor("scores"),
      prototypeShare: parity.number("centre_ratio"), selectedShare: parity.number("select_ratio"))
    let probabilities = try parity.leaf("probabilities")
    return try largest(
      parity.relativeError(found.prototypes, "centres"),
      parity.largestError(found.selected.joined().map(Double.init), "selected"),
      parity.error(
        of: probabilities.crossEntropy(parity.indices("labels")),
        gradients: [("grad_probabilities", probabilities)]))
  },
]

/// The larger relative error of one of DAC's two losses and of its gradient.
private func gradientError(
  of loss: Tensor, _ leaf: Tensor, _ parity: ParityCase, _ name: String
) throws -> Double {
  try loss.backward()
  return try largest(
    parity.relativeError(loss, "loss_" + name),
    leaf.gradient.map { try parity.relativeError($0, "grad_probabilities_" + name) } ?? .infinity)
}
