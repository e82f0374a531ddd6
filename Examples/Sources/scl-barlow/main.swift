import SCLCommands

await SCLProgram.main(methods: [BarlowTwins.self])
