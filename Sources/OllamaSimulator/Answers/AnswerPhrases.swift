/// Sentences from which answers are made.
///
/// `{q}` is a quotation of the prompt, `{a}`, `{b}` and `{c}` are words of it, `{n}` and `{m}` numbers.
enum AnswerPhrases {
    static func openers(for kind: PromptTopic.Kind) -> [String] {
        switch kind {
        case .why:
            [
                "The question \"{q}\" has one main cause and two smaller ones.",
                "In short, \"{q}\" comes down to {a}, {b}, and what they do to each other.",
                "There is a simple reason behind \"{q}\", and a few details that refine it.",
            ]
        case .how:
            [
                "\"{q}\" is best taken in three steps.",
                "The way to \"{q}\" starts with {a} and ends with a check of {b}.",
                "Seen from the outside, \"{q}\" looks harder than it is.",
            ]
        case .what:
            [
                "Asked \"{q}\", most people who work with {a} give the same answer.",
                "\"{q}\" can be answered in a few sentences.",
                "The short answer to \"{q}\" concerns {a} first and {b} second.",
            ]
        case .list:
            ["Here is what matters for \"{q}\".", "For \"{q}\", these points come first."]
        case .story:
            [
                "Once, far from any road, there was a place that people knew only for {a}.",
                "On the morning when everything changed, nobody in the valley thought of {a}.",
                "The old map said nothing about {a}, and that was how the journey began.",
            ]
        case .summary:
            [
                "In summary, \"{q}\" makes one claim and supports it twice.",
                "The text on {a} can be reduced to a few points.",
            ]
        case .greeting:
            ["Hello! It is good to hear from you.", "Hello, and welcome."]
        case .general:
            [
                "On \"{q}\": the evidence points in one direction, with some room for doubt.",
                "\"{q}\" is first of all a matter of {a}, and then of {b}.",
                "A careful look at \"{q}\" separates what is known from what is assumed.",
            ]
        }
    }

    static let facts = [
        "The first thing to look at is {a}, because it sets the scale for everything else.",
        "Most of it is explained by {a} together with {b}.",
        "A useful check is to hold {a} fixed and to vary {b}: what remains is due to {c}.",
        "Of {n} cases that were compared, about {m} followed this pattern.",
        "Measured values of {a} scatter by about {m} percent, which is small beside the trend.",
        "A change in {b} reaches {a} with a delay, and the delay is what observers notice first.",
        "It helps to name the units, since figures about {a} are often quoted without them.",
        "Older accounts blamed {c} alone; newer ones name it only together with {a}.",
        "The exception is instructive: without {b} the picture changes within {m} days.",
        "None of this needs new assumptions about {c}.",
        "In practice people begin with {a}, measure {b}, and leave {c} for later.",
        "The numbers are modest, between {m} and {n} in most sources, and they agree well.",
        "A second line of evidence comes from {b}, and it was collected for another purpose.",
        "One could object that nobody controlled for {c}, and that objection is fair.",
        "Even so, the order of events is clear: {a} first, then {b}, then {c}.",
        "Experiments with {b} have been repeated {m} times and gave the same sign every time.",
        "What looks like a contradiction between {a} and {c} is a difference in scale.",
        "The cheapest improvement is to observe {a} more often, not more precisely.",
        "Anyone who wants to verify this can do so with {b} and an afternoon of time.",
        "The remaining uncertainty lies in {c}, where only {m} good observations exist.",
    ]

    static let narrative = [
        "The keeper of {a} counted {n} steps to the river and {m} back, and could not explain the difference.",
        "Nobody had seen {b} for years, yet the lamps were lit as if it were expected.",
        "At noon a traveller arrived, carrying nothing but {c} wrapped in cloth.",
        "They spoke until evening, and {a} was mentioned only once.",
        "The wind turned, and with it the way everyone thought about {b}.",
        "By the third day {m} of them had learned to listen before they answered.",
        "What {c} wanted was simple: to be asked, and then to be believed.",
        "A door that had always been shut stood open, and behind it lay {a}.",
        "The children drew {b} on the walls, larger each time, until it looked almost kind.",
        "When winter came, {n} fires burned along the ridge, one for each promise kept.",
        "Somebody laughed, and the fear that had lived with {c} moved out without a word.",
        "In the end {a} was not the treasure; the path to it was.",
        "They told the story of {b} ever after, and each time it grew a little truer.",
        "The last light fell on {c}, and then the valley was quiet.",
    ]

    static let closers = [
        "Taken together, most of the weight rests on {a}, and what remains on {b}.",
        "So the answer is settled in its main line, and open in one detail: {c}.",
        "In one sentence: watch {a} closely, and the rest, {b} included, falls into place.",
        "That is enough to decide what to do next about {a}.",
    ]

    static let thoughts = [
        "The user asks about \"{q}\".",
        "Let me see what is being asked: the core is {a}, with {b} as the context.",
        "First I should separate the facts about {a} from what is only implied.",
        "Does {b} really matter here? It appears in the question, so leaving it out would look careless.",
        "Wait, {c} could change the answer, so I check whether it contradicts {a}.",
        "It does not: the two concern different scales.",
        "I could give {n} details, but {m} are enough.",
        "A short paragraph will do better than a list here.",
        "I should not claim more about {c} than is known.",
        "An example with {b} would help, but it must stay short.",
        "So the order is: {a} first, then {b}, and a remark on {c} at the end.",
        "That covers the question. Now I write it down.",
    ]
}
