import ArgumentParser

/// How a dashboard that plays something is shown: on the terminal, or as a picture of one moment.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Print the dashboard as text, then end.", valueName: "WxH"),
        transform: ScreenSizeOption.init(parsing:))
    var screen: ScreenSizeOption?

    @Option(
        help: ArgumentHelp(
            "The moment that --screen shows, counted from the beginning (default: 12s in demo, the end in replay). "
                + "replay without --screen begins there.", valueName: "duration"),
        transform: DurationOption.init(parsing:))
    var at: DurationOption?

    @Flag(help: "With --screen: in colour.")
    var color = false

    @Option(help: ArgumentHelp("The theme.", valueName: "name"))
    var theme: String?

    @Flag(help: "Draw with ASCII characters only.")
    var ascii = false

    func validate() throws {
        if color, screen == nil { throw ValidationError("--color needs --screen WxH") }
    }
}
