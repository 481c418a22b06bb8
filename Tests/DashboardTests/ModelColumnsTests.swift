import Testing

@testable import Dashboard

@Suite("The columns of the Models pane") struct ModelColumnsTests {
    @Test(
        "They are a function of the width: what matters most stays longest",
        arguments: [
            (30, "until"), (34, "until vram"), (46, "size vram context until"), (51, "size vram context until"),
            (60, "size vram context used until"), (66, "size vram context used requests until"),
            // What the pane has on screens of 200 columns.
            (83, "parameters quantization size vram context used requests until load"),
            (100, "parameters quantization size parts vram context used requests until load"),
            (198, "parameters quantization size parts vram cpu context used requests until client load"),
        ])
    func chosen(width: Int, names: String) {
        let columns = ModelColumns(width: width, hasSeveralServers: false)
        let wanted = Set(names.split(separator: " ").map(String.init))
        #expect(Set(columns.places.map { "\($0.column)" }) == wanted)
    }

    @Test("They never overlap or leave the pane, with one server or several", arguments: 12...220)
    func places(width: Int) {
        for hasSeveral in [false, true] {
            let columns = ModelColumns(width: width, hasSeveralServers: hasSeveral)
            var end = 1 + columns.name
            for place in columns.places {
                #expect(place.x > end)
                end = place.x + place.column.width
            }
            #expect(end <= width)
            if width >= 46 { #expect(columns.places.contains { $0.column == .server } == hasSeveral) }
        }
    }
}
