import Yams

/// A place in a file: line and column from 1, columns counted in Unicode scalars as the YAML parser does.
struct SourcePlace: Equatable {
    var line: Int
    var column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

extension Node {
    /// Where the node begins.
    var place: SourcePlace? { mark.map { SourcePlace($0) } }
}
