import CellScreen
import DashboardTestSupport
import Testing

@testable import Dashboard

@Suite("Screens of dialogs") struct DialogScreenTests {
    @Test("Loading a model") func loadPicker() {
        ScreenExpectation.check(
            "load picker", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G  10%         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │                              │
            │  ╭─ Load a model ─────────────────────────────────────────────────────────╮  │
            │  │ / type to filter                                                       │  │
            │  │  NAME                PARAMS  QUANT   CTX MAX  DISK                     │  │
            │  │ ▸deepseek-r1:70b     70.6B   Q4_K_M  128k     39.6G                    │  │
            ├2 │  gpt-oss:120b-cloud  117B    MXFP4   128k     cloud                    │  │
            │  │  llama3.1:8b         8.0B    Q4_K_M  128k     4.6G             loaded  │  │
            │  │  mistral-small:22b   22.2B   Q4_0    128k     12.5G                    │  │
            │  │  nomic-embed-text    137M    F16     2k       0.3G             loaded  │  │
            │  │                                                                        │  │
            ├5 │ context ◂ as the server has it ▸   keep-alive Tab as the server has it │ ─┤
            │  │ asking what it takes…                                                  │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            │  ╰─ Enter loads  Left/Right context  Tab stay  Del deletes  Esc closes ───╯  │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Choosing a chain") func chainPicker() {
        ScreenExpectation.check(
            "chain picker", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G  10%         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │                              │
            │ nomic-embed-text   0.6G 100%   2k  4m12s      │                              │
            │                                               │                              │
            │  ╭─ Run a chain ──────────────────────────────────────────────────────────╮  │
            │  │ / type to filter                                                       │  │
            ├2 │  NAME            STEPS  MODELS                                         │  │
            │  │ ▸research brief  3      mistral-small:22b, deepseek-r1:70b             │  │
            │  │  broken                 examples/broken.yaml                  1 fault  │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            ├5 │                                                                        │ ─┤
            │  │                                                                        │  │
            │  ╰─ Enter chooses  Esc closes ────────────────────────────────────────────╯  │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Writing the input of a chain") func input() {
        ScreenExpectation.check(
            "input", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G  10%         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │  ╭─ Input for research brief ─────────────────────────────────────────────╮  │
            │▸ │ what {input} of the first of 3 steps becomes; paste works              │  │
            │  │                                                                        │  │
            │  │ Which of the three claims hold?                                        │  │
            │  │ Think of the second measurement.                                       │  │
            │  │                                                                        │  │
            ├2 │                                                                        │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            ├5 │                                                                        │ ─┤
            │  │                                                                        │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            │  │                                                                        │  │
            ├6 ╰─ F2/Ctrl-D runs  Enter new line  Esc closes ───────────────────────────╯ ─┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Help") func help() {
        ScreenExpectation.check(
            "help", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G  10%         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 ╭─ Keys ─────────────────────────────────────────────────────────────────╮ ─╮
            │  │ MODELS                                                                 │  │
            │▸ │  u                    unload the selected model                        │  │
            │  │  Enter                all that is known about the selected model       │  │
            │  │  K                    set how long the selected model stays            │  │
            │  │  o                    sort by name, size, VRAM, context, expiry, …     │  │
            │  │  O                    sort the other way round                         │  │
            ├2 │  /                    only models that match; !text: only the others   │  │
            │  │  L                    the Log at the model's last load or unload       │  │
            │  │  d                    delete the selected model from disk (asks)       │  │
            │  │                                                                        │  │
            │  │ ANYWHERE                                                               │  │
            ├5 │  l                    load a model: choose from what is installed      │ ─┤
            │  │  U                    unload every model of the server (asks)          │  │
            │  │  p                    pull a model: download it by name                │  │
            │  │  r                    run a chain: choose a file, then write its input │  │
            │  │  s                    stop the running chain (asks)                    │  │
            │  │  R                    recorded runs: look at one again, or resume it   │  │
            ├6 │  w                    why it waits: what is slow, and what helps       │ ─┤
            │  ╰─ j k scroll  Esc closes ────────────────────────────────────── 18/130 ─╯  │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Filtering") func filter() {
        ScreenExpectation.check(
            "filter", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  3 loaded  VRAM 18.9/48.0G  39%        12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ─ /mis  1 of 3 ───────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸mistral-small:22b 13.9G 100%   8k  5m00s      │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ─ capacity as configured ───────────────┤                              │
            │ ██████▓▒░░░░░░░░░░░░ 18.9/48.0 GiB  29.1 free │                              │
            │ █ mistral-small 13.9  ▓ llama3.1 4.4          │                              │
            │ ▒ nomic-embed-text 0.6                        │                              │
            │ 5 min                                       ▄ │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ filter /mis                          ─ !text hides  Enter keeps  Esc cancels ╯
            """)
    }

    @Test("Details of a model") func details() {
        ScreenExpectation.check(
            "details", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G  10%         12:03:44
             ▲ llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit                  w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  pinned     │                              │
            │ nomic-embed-text   0.6G 100%   2k  4m12s      │                              │
            │  ╭─ llama3.1:8b ──────────────────────────────────────────────────────────╮  │
            │  │ name           llama3.1:8b                                             │  │
            │  │ server         gpu-box (Ollama 0.32.1), 0s ago                         │  │
            ├2 │ memory         5.4 GiB                                                 │  │
            │  │ in VRAM        4.4 GiB, 81 %                                           │  │
            │  │ on the CPU     1.0 GiB: it did not fit, and is slower for it           │  │
            │  │ context        8192 tokens                                             │  │
            │  │ state          pinned: it stays until somebody unloads it              │  │
            ├5 │ family         llama                                                   │ ─┤
            │  │ parameters     8.0B                                                    │  │
            │  │ quantization   Q4_K_M                                                  │  │
            │  ╰─ j k scroll  Esc closes ───────────────────────────────────────────────╯  │
            │                                                                              │
            │                                                                              │
            ├6 Log ────────────────────────────────────────────────────────────────────────┤
            │ nothing has happened yet                                                     │
            │                                                                              │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Unloading, and pressing the key again") func unloadTwice() {
        ScreenExpectation.check(
            "unload twice", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  3 loaded  VRAM 18.9/48.0G  39%        12:03:44
             ⠋ llama3.1:8b is unloading, 0s, 29.1 GiB free
            ╭1 Models ──────────────────────────────────────┬4 Chain ──────────────────────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ r runs a chain               │
            │▸llama3.1:8b        5.4G 81%!   8k  unload 0s  │                              │
            │ mistral-small:22b 13.9G 100%   8k  5m00s      │                              │
            │ nomic-embed-text   0.6G 100%   2k  4m12s      │                              │
            │                                               │                              │
            │                                               │                              │
            ├2 VRAM ─ capacity as configured ───────────────┤                              │
            │ ██████▓▒░░░░░░░░░░░░ 18.9/48.0 GiB  29.1 free │                              │
            │ █ mistral-small 13.9  ▓ llama3.1 4.4          │                              │
            │ ▒ nomic-embed-text 0.6                        │                              │
            │ 5 min                                       ▄ │                              │
            ├5 Output ──────────────────────────────────────┴──────────────────────────────┤
            │ what a chain writes appears here                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                ╭───────────────────────────────────────────╮ │
            ├6 Log ──────────────────────────│ ● llama3.1:8b is already unloading        │─┤
            │ nothing has happened yet       │   it goes when its last answer is written │ │
            │                                ╰───────────────────────────────────────────╯ │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  ? help  q quit ────╯
            """)
    }

    @Test("Quitting while a chain runs") func quit() {
        ScreenExpectation.check(
            "quit", width: 80, height: 24,
            """
             promptchain  ● gpu-box  0.32.1  2 loaded  VRAM 5.0/48.0G    step 2/3  12:04:03
             ▲ deepseek-r1:70b loads for step 2/3: 12s, about 16s left                w why
            ╭1 Models ──────────────────────────────────────┬4 Chain ─ research brief ─────╮
            │ NAME               SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis      6.7s │
            │ deepseek-r1:70b   ⠴ loading 12s, usually 28s  │     mistral-small:22b        │
            │ llama3.1:8b        5.4G 81%!   8k  pinned     │     165 tok · 41/s           │
            │▸nomic-embed-text   0.6G 100%   2k  3m53s      │                              │
            │                                               │ ▶ 2 Deep reasoning       12s │
            │                                               │     deepseek-r1:70b          │
            ├2 VRAM ─ ╭─ Quit while research brief runs? ────────────────────────╮ d, 12s  │
            │ █▓░░░░░ │                                                          │         │
            │ █ llama │ The chain is stopped at step 2 of 3, and the models that │         │
            │         │ it loaded are unloaded.                                  │         │
            │ 5 min   │                                                          │         │
            ├5 Output ╰─ y stop it and quit  n stay ─────────────────────────────╯ ────────┤
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
}
