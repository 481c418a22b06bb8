import ArgumentParser
import CellScreen

/// How the dashboard looks, and whether it is printed as text instead of shown.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The theme; promptchain themes lists them.", valueName: "name"), completion: .themes)
    var theme: String?

    @Flag(help: "Draw with ASCII characters only.")
    var ascii = false

    @Option(
        help: ArgumentHelp("Print the dashboard as text, then end.", valueName: "WxH"),
        transform: ScreenSizeOption.init(parsing:))
    var screen: ScreenSizeOption?

    @Flag(help: "With --screen: in colour.")
    var color = false

    @Option(
        help: ArgumentHelp("With --screen: keys to press before the picture, as in \"l Down\".", valueName: "keys"),
        transform: KeysOption.init(parsing:))
    var keys: KeysOption?

    /// The picture's extent; `nil` shows the dashboard on the terminal.
    var size: Size? { screen.map { Size(width: $0.width, height: $0.height) } }

    /// The keys that are pressed before the picture.
    var strokes: [KeyStroke] { keys?.strokes ?? [] }

    func validate() throws {
        if keys != nil, screen == nil { throw ValidationError("--keys needs --screen WxH") }
        if color, screen == nil { throw ValidationError("--color needs --screen WxH") }
    }
}
