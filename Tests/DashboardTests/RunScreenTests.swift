import CellScreen
import DashboardTestSupport
import Testing

@testable import Dashboard

@Suite("Screens of a run") struct RunScreenTests {
    @Test("A later step with the model that an earlier one loads does not load ahead")
    func onlyAPrefetchLoadsAhead() {
        var journey = JourneyDriver()
        journey.beginRun()
        journey.events(.modelLoadStarted(model: "mistral-small:22b", step: 1, prefetch: false, expectedSeconds: nil))
        #expect(!journey.screen.contains("loads ahead"))
        journey.events(.modelLoadStarted(model: "deepseek-r1:70b", step: 2, prefetch: true, expectedSeconds: nil))
        #expect(journey.screen.contains("loads ahead"))
    }

    @Test("Loading, at 80x24") func loading() {
        ScreenExpectation.check(
            "loading", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G    step 2/3  12:04:03
             ▲ deepseek-r1:70b loads for step 2/3: 12s, about 16s left                w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ─ research brief ─────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis      6.7s │
            │ deepseek-r1:70b   ⠴ loading 12s, usually 28s  │     mistral-small:22b        │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │     165 tok · 41/s           │
            │ nomic-embed-text   0.6G 100%   2k  3m53s      │                              │
            │                                               │ ▶ 2 Deep reasoning       12s │
            │                                               │     deepseek-r1:70b          │
            ├2 VRAM ─ capacity as configured ───────────────┤     waits for the load, 12s  │
            │ █▓░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │                              │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │ · 3 Summary                  │
            │                                               │     mistral-small:22b        │
            │ 5 min                                     ▇▂▂ │                              │
            ├5 Output ─ step 2 Deep reasoning ──────────────┴──────────────────────────────┤
            │ step 2 has written nothing yet                                               │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ 12:03:51 · model   🔄 Model Management: Loading deepseek-r1:70b              │
            │ 12:03:51 · chain   step 2 begins: Deep reasoning with deepseek-r1:70b        │
            ╰ l load  u unload  s stop  w why  / filter  K keep  o sort  ? help  q quit ───╯
            """)
    }

    @Test("Loading with a share that is reckoned") func loadProgress() {
        ScreenExpectation.check(
            "load progress", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G    step 2/3  12:04:03
             ▲ deepseek-r1:70b loads for step 2/3: ~62 %, about 16s left              w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ─ research brief ─────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis      6.7s │
            │ deepseek-r1:70b   ⠴ ━━━━━━━──── ~62% 16s left │     mistral-small:22b        │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │     165 tok · 41/s           │
            │ nomic-embed-text   0.6G 100%   2k  3m53s      │                              │
            │                                               │ ▶ 2 Deep reasoning       12s │
            │                                               │     deepseek-r1:70b          │
            ├2 VRAM ─ capacity as configured ───────────────┤     waits for the load ~62%  │
            │ █▓░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │                              │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │ · 3 Summary                  │
            │                                               │     mistral-small:22b        │
            │ 5 min                                     ▇▂▂ │                              │
            ├5 Output ─ step 2 Deep reasoning ──────────────┴──────────────────────────────┤
            │ step 2 has written nothing yet                                               │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ 12:03:51 · model   🔄 Model Management: Loading deepseek-r1:70b              │
            │ 12:03:51 · chain   step 2 begins: Deep reasoning with deepseek-r1:70b        │
            ╰ l load  u unload  s stop  w why  / filter  K keep  o sort  ? help  q quit ───╯
            """)
    }

    @Test("Generating, at 80x24") func writing() {
        ScreenExpectation.check(
            "writing", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  3 loaded  VRAM 46.9/48.0G   step 2/3  12:04:06
             ● step 2/3 writes, ~73 tokens/s, ~182 so far, 1.1 GiB free
            ╭1 Models ──────────────────────────────────────┬4 Chain ─ research brief ─────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis      6.7s │
            │ deepseek-r1:70b   41.9G 100%   8k  gen ~73/s  │     mistral-small:22b        │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │     165 tok · 41/s           │
            │ nomic-embed-text   0.6G 100%   2k  3m50s      │                              │
            │                                               │ ▶ 2 Deep reasoning       15s │
            │                                               │     deepseek-r1:70b          │
            ├2 VRAM ─ capacity as configured ───────────────┤     writes · ~182 tok · ~73/s│
            │ █████████████████▓▓▒░ 46.9/48.0 GiB  1.1 free │                              │
            │ █ deepseek-r1 41.9  ▓ llama3.1 4.4            │ · 3 Summary                  │
            │ ▒ nomic-embed-text 0.6                        │     mistral-small:22b        │
            │ 5 min                                     ▄▄█ │                              │
            ├5 Output ─ step 2 Deep reasoning ─ ~73/s ──────┴──────────────────────────────┤
            │┊The user wants the claims compared; I take them one by one.                  │
            │ The three claims rest on two measurements.                                   │
            │                                                                              │
            │ The first one holds: the curve is flat between 2 and 8 GiB, and nothing in   │
            │ the log speaks against it.                                                   │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ 12:04:03 · model   ✓ Successfully loaded deepseek-r1:70b in 12.00s (VRAM:    │
            │                    44990MB)                                                  │
            ╰ l load  u unload  s stop  w why  / filter  K keep  o sort  ? help  q quit ───╯
            """)
    }

    @Test("Done, at 80x24") func done() {
        ScreenExpectation.check(
            "done", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G   completed  12:04:11
             ✔ research brief done in 00:27, waited 16s for models — r runs another
            ╭1 Models ──────────────────────────────────────┬4 Chain ─ research brief ─────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis      6.7s │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │     mistral-small:22b        │
            │ nomic-embed-text   0.6G 100%   2k  3m45s      │     165 tok · 41/s           │
            │                                               │ ✔ 2 Deep reasoning       16s │
            │                                               │     deepseek-r1:70b          │
            │                                               │     402 tok · 19/s           │
            ├2 VRAM ─ capacity as configured ───────────────┤ ✔ 3 Summary             5.0s │
            │ █▓░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │     mistral-small:22b        │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │     64 tok · 40/s            │
            │                                            █  │ done in 00:27, 16s stalled   │
            │ 5 min                                    ▇▂█▂ │ VRAM peak 41.9 of 55.8 GiB   │
            ├5 Output ─ step 3 Summary ─────────────────────┴──────────────────────────────┤
            │ Two of the three claims hold; the third needs a second source.               │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ 12:04:11 · chain   step 3 done, 64 tokens                                    │
            │ 12:04:11 · chain   run completed                                             │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Failed, and why") func failed() {
        ScreenExpectation.check(
            "failed", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G      failed  12:04:03
             ✘ research brief failed at step 2: llama runner process has terminated…  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ─ research brief ─────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis      6.7s │
            │ llama3.1:8b        5.4G 81%!   8k  pinned     │     mistral-small:22b        │
            │▸nomic-embed-text   0.6G 100%   2k  3m53s      │     165 tok · 41/s           │
            │                                               │ ✘ 2 Deep reasoning       12s │
            │                                               │     deepseek-r1:70b          │
            │                                               │     llama runner process has │
            ├2 VRAM ─ capacity as configured ───────────────┤     terminated: exit status  │
            │ █▓░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │     2                        │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │ · 3 Summary                  │
            │                                               │     mistral-small:22b        │
            │ 5 min                                     ▇▂▂ │ failed in 00:31, 12s stalled │
            ├5 Output ─ step 2 Deep reasoning ──────────────┴──────────────────────────────┤
            │ step 2 wrote nothing                                                         │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ 12:04:03 ✘ chain   run failed: llama runner process has terminated: exit     │
            │                    status 2                                                  │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }
}
