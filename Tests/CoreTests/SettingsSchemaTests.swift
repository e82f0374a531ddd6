import Core
import Testing

@Suite struct SettingsSchemaTests {
  enum Head: String, CaseIterable, Sendable {
    case linear
    case nonlinear
  }

  struct Training: Configurable, Equatable {
    var epochs = 10
    var temperature = 0.5
    static let schema = SettingsSchema<Training>([
      .integer("epochs", \.epochs, in: 1...1000, "passes over the images"),
      .number("temperature", \.temperature, in: 0.01...10, "of the softmax"),
    ])
  }

  struct Method: Configurable, Equatable {
    var training = Training()
    var head = Head.nonlinear
    var symmetric = true
    static let schema = SettingsSchema<Method>()
      .including(\.training, from: "a paper")
      .adding(
        .choice("head", \.head, "the projection head"),
        .boolean("symmetric", \.symmetric, "both directions"))
  }

  @Test func `Values are laid over the defaults, in parts too`() throws {
    let method = try Method.schema.resolve([
      "epochs": .integer(30), "head": .text("linear"), "symmetric": .boolean(false),
    ])
    #expect(
      method == Method(training: Training(epochs: 30), head: .linear, symmetric: false))
  }

  @Test func `Every setting has a value, defaults included`() {
    #expect(
      Method.schema.values(of: Method()) == [
        "epochs": .integer(10), "temperature": .number(0.5), "head": .text("nonlinear"),
        "symmetric": .boolean(true),
      ])
    #expect(
      Method.schema.descriptions.map(\.name) == ["epochs", "temperature", "head", "symmetric"])
    #expect(Method.schema.descriptions.map(\.kind.values)[2] == "linear or nonlinear")
  }

  @Test func `A number takes an integer, an integer takes no fraction`() throws {
    #expect(try Method.schema.resolve(["temperature": .integer(1)]).training.temperature == 1)
    #expect(throws: SettingError.self) {
      try Method.schema.resolve(["epochs": .number(1.5)])
    }
  }

  @Test func `An unknown name is refused with the nearest one`() {
    #expect(throws: SettingError.unknown(name: "temprature", nearest: "temperature")) {
      try Method.schema.resolve(["temprature": .number(1)])
    }
  }

  @Test(arguments: [
    ("epochs", SettingValue.integer(0)), ("epochs", .text("ten")), ("temperature", .number(11)),
    ("temperature", .boolean(true)), ("head", .text("linaer")), ("symmetric", .integer(1)),
  ])
  func `A value out of range or of another type is refused with what is taken`(
    name: String, value: SettingValue
  ) {
    let error = #expect(throws: SettingError.self) {
      try Method.schema.resolve([name: value])
    }
    let taken = Method.schema.descriptions.first { $0.name == name }?.kind.values
    #expect(
      error == .outOfRange(name: name, value: value, expected: taken ?? "no such setting"))
  }

  @Test func `A setting is from what its group is included from, or else from the whole's source`()
  {
    let sources = Method.schema.from("code").descriptions.map(\.source)
    #expect(sources == ["a paper", "a paper", "code", "code"])
  }

  @Test func `A temperature that is not a number is refused`() {
    #expect(throws: SettingError.self) {
      try Method.schema.resolve(["temperature": .number(.nan)])
    }
  }

  @Test(arguments: [
    ("true", SettingValue.boolean(true)), ("12", .integer(12)), ("-3", .integer(-3)),
    ("0.03", .number(0.03)), ("1e-4", .number(1e-4)), ("linear", .text("linear")),
    ("nan", .text("nan")), ("", .text("")),
  ])
  func `A scalar is read as YAML reads it`(scalar: String, value: SettingValue) {
    #expect(SettingValue(scalar: scalar) == value)
  }

  @Test func `A whole number is the same setting as an integer`() {
    #expect(SettingValue.number(30) == .integer(30))
    #expect(SettingValue.number(30.5) != .integer(30))
    #expect(Set([SettingValue.number(30), .integer(30)]).count == 1)
    #expect(SettingValue.integer(1) != .boolean(true))
    #expect(SettingValue.text("1") != .integer(1))
  }
}
