import SCLCommands

await SCLProgram.main(benchmarks: [.fashionMNIST], adapters: [IDXAdapter.self])
