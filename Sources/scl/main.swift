import SCLCommands

await SCLProgram.main()
