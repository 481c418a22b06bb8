import ArgumentParser
import PromptChainCore

/// An amount of memory: `24GiB`, `24GB`.
struct MemoryOption: CustomStringConvertible {
    var bytes: Int64

    init(bytes: Int64) {
        self.bytes = bytes
    }

    // A bare number would be bytes, which nobody means.
    init(parsing text: String) throws {
        guard let bytes = ByteCount.parse(text), bytes >= 1 << 20 else {
            throw ValidationError("write an amount with its unit: 24GiB (2^30 bytes each) or 24GB (10^9)")
        }
        self.bytes = bytes
    }

    var description: String { "\(bytes >> 30)GiB" }
}

/// A length of time: `5m`, `90`, `-1`.
struct DurationOption {
    var seconds: Double

    init(parsing text: String) throws {
        guard let seconds = Seconds.parse(text) else {
            throw ValidationError("write seconds as a number, or 500ms, 30s, 5m, 1h30m")
        }
        self.seconds = seconds
    }
}

/// A speed: `4x`, `4`.
struct SpeedOption: CustomStringConvertible {
    var factor: Double

    init(factor: Double) {
        self.factor = factor
    }

    init(parsing text: String) throws {
        let digits = text.lowercased().hasSuffix("x") ? String(text.dropLast()) : text
        guard let factor = Double(digits), factor > 0, factor <= 10_000 else {
            throw ValidationError("write a factor above 0 and up to 10000: 4x, 0.5x")
        }
        self.factor = factor
    }

    var description: String { "\(ByteCount.fixed(factor, digits: factor == factor.rounded() ? 0 : 1))x" }
}

/// A size of a screen: `110x32`.
struct ScreenSizeOption {
    var width: Int
    var height: Int

    init(parsing text: String) throws {
        let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1],
            (1...1000).contains(width), (1...1000).contains(height)
        else {
            throw ValidationError("write columns and rows as 110x32, each from 1 to 1000")
        }
        self.width = width
        self.height = height
    }
}
