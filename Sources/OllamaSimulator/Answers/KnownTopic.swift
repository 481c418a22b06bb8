/// What the simulated models know about a question that everybody asks a new model: enough to make a chain about it a
/// pleasure to read.
struct KnownTopic {
    /// Words that a prompt about it holds.
    let words: [String]
    /// The plain answer.
    let answer: String
    /// The questions that decide it, one a line.
    let questions: String
    /// The longer answer of a model that thinks.
    let reasoned: String
    /// What such a model thinks before.
    let thoughts: String
    /// The answer in a few sentences.
    let summary: String

    /// The topic that a prompt is about, if one is known.
    static func of(_ prompt: String) -> KnownTopic? {
        let words = Set(prompt.lowercased().split { !$0.isLetter }.map(String.init))
        return all.first { $0.words.allSatisfy(words.contains) }
    }

    /// The text that fits what is asked and who answers.
    func text(for kind: PromptTopic.Kind, thinks: Bool) -> String {
        switch kind {
        case .list where !thinks: questions
        case .summary where !thinks: summary
        default: thinks ? reasoned : answer
        }
    }

    private static let all = [sky]

    private static let sky = KnownTopic(
        words: ["sky", "blue"],
        answer: """
            Sunlight contains all colours, and air scatters short waves far more than long ones: the strength grows \
            with the fourth power of the frequency. Blue light, with waves of about 450 nanometres, is scattered \
            roughly four times as strongly as red light of 650 nanometres. So blue reaches the eye from every part of \
            the sky, while the direct light of the sun keeps the rest and looks slightly yellow. This is called \
            Rayleigh scattering.
            """,
        questions: """
            1. What happens to sunlight on its way through the air, and why does its colour matter?
            2. If the shortest waves are scattered most, why is the sky blue and not violet?
            3. How can the same air turn red and orange when the sun is low?
            """,
        reasoned: """
            1. Sunlight contains all colours. Molecules of the air are much smaller than its waves, and such small \
            bodies scatter short waves far more than long ones: the strength grows with the fourth power of the \
            frequency. Blue light, with waves of about 450 nanometres, is scattered roughly four times as strongly as \
            red light of 650 nanometres. So blue light comes from every direction of the sky, while the direct light \
            of the sun keeps the rest and looks slightly yellow.

            2. Violet light is scattered even more, and three things keep the sky from looking violet. The sun sends \
            less violet than blue, the upper atmosphere absorbs part of it, and the eye is less sensitive to it. What \
            arrives is a mixture of blue, some violet and some green, and the eye takes that mixture for a pale blue.

            3. When the sun is low, its light crosses about forty times as much air as at noon. Most of the blue is \
            scattered out of the way long before it arrives, and red and orange remain. Dust and droplets scatter all \
            colours alike, which is why haze is white and why a sunset after rain is so clear.

            Taken together: the colour of the sky is the part of sunlight that the air has redirected, and the colour \
            of a sunset is the part that it has let through.
            """,
        thoughts: """
            The user wants three questions answered, with reasons. The mechanism first: Rayleigh scattering, and I \
            should give the fourth power, since it explains how large the difference is. Then violet. It is tempting \
            to say only that the eye is less sensitive, but the spectrum of the sun and the ozone layer matter as \
            well, so I name all three. For sunsets the length of the path through the air decides: about forty times \
            as much as at noon. I keep the numbers few and end with one sentence that joins the answers.
            """,
        summary: """
            The sky is blue because air scatters blue light about four times as strongly as red light, so that blue \
            comes from every direction. Violet would be scattered even more, but the sun sends less of it and the eye \
            hardly sees it. When the sun is low, its light crosses about forty times as much air, loses most of its \
            blue on the way, and arrives red. Haze stays white because droplets scatter all colours alike. In one \
            line: the sky shows what the air redirects, and a sunset shows what it lets through.
            """)
}
