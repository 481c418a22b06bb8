import CellScreen
import DashboardTestSupport
import Testing

@testable import Dashboard

@Suite("Screens of servers") struct ServerScreenTests {
    @Test("Before the first answer") func connecting() {
        ScreenExpectation.check(
            "connecting", width: 80, height: 24,
            """
             promptchain  ○ gpu-box connecting                                     12:03:44
             ⠋ connecting to http://gpu-box:11434
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │ waiting for the first answer                  │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ────────────────────────────────────────┤                              │
            │ not known yet                                 │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Idle, with what to press") func idle() {
        ScreenExpectation.check(
            "idle", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G  10%         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │                              │
            │ nomic-embed-text   0.6G 100%   2k  4m12s      │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ─ capacity as configured ───────────────┤                              │
            │ █▓░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │                              │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │                              │
            │                                               │                              │
            │ 5 min                                       ▂ │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("A capacity that nobody tells is not invented") func capacityUnknown() {
        ScreenExpectation.check(
            "capacity unknown", width: 80, height: 24,
            """
             promptchain  ● gpu-box  Ollama 0.32.1  2 loaded  VRAM 5.0 GiB         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │                              │
            │ nomic-embed-text   0.6G 100%   2k  4m12s      │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ────────────────────────────────────────┤                              │
            │ 5.0 GiB used, capacity unknown                │                              │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │                              │
            │                                             █ │                              │
            │ 5 min                                       █ │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("A server that starts is not down") func starting() {
        ScreenExpectation.check(
            "starting", width: 80, height: 24,
            """
             promptchain  ◐ gpu-box starting                                       12:03:44
             ⠋ gpu-box is starting: Ollama looks for its GPUs
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │ waiting for the first answer                  │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ────────────────────────────────────────┤                              │
            │ not known yet                                 │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Out of reach, and what helps") func down() {
        ScreenExpectation.check(
            "down", width: 80, height: 24,
            """
             promptchain  ✘ gpu-box unreachable                                    12:03:44
             ✘ gpu-box unreachable: connection refused — Is `ollama serve` running?   w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │ nothing is known: the server does not answer  │                              │
            │                                               │                              │
            │ Is `ollama serve` running? Start it, or name  │                              │
            │ another server: --server URL, or OLLAMA_HOST  │                              │
            │ (asked: http://gpu-box:11434).                │                              │
            ├2 VRAM ─ capacity as configured ───────────────┤                              │
            │ not known: the server does not answer         │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("A silent server keeps its last rows, with their age") func stale() {
        ScreenExpectation.check(
            "stale", width: 80, height: 24,
            """
             promptchain  ▲ gpu-box silent 32s  2 loaded  VRAM 5.0/48.0 GiB  10%   12:04:16
             ▲ gpu-box has not answered for 32s; what is shown is its last reading    w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  32s old    │                              │
            │ nomic-embed-text   0.6G 100%   2k  32s old    │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ─ capacity as configured ───────────────┤                              │
            │ █▓░░░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  32s old │                              │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │                              │
            │                                               │                              │
            │ 5 min                                   ▂▂    │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ 12:03:56 ▲ notice  gpu-box has stopped answering — what is shown of it is    │
            │                    the last reading                                          │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Two servers") func twoServers() {
        ScreenExpectation.check(
            "two servers", width: 80, height: 24,
            """
             promptchain  ● gpu-box  ● mac  4 loaded  VRAM 30.6 GiB                12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME           SERVER   VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b    gpu-box  81%!   8k  pinned     │                              │
            │ llama3.1:8b    mac      100%   8k  pinned     │                              │
            │ nomic-embed-t… gpu-box  100%   2k  4m12s      │                              │
            │ qwen3:32b      mac      100%   8k  pinned     │                              │
            │                                               │                              │
            ├2 VRAM ────────────────────────────────────────┤                              │
            │ gpu-box    █▓░░░░░░░░ 5.0/48.0 GiB  43.0 free │                              │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6        │                              │
            │ mac        25.6 GiB used, capacity unknown    │                              │
            │ █ qwen3 20.2  ▓ llama3.1 5.4                  │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }
}
