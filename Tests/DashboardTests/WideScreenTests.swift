import CellScreen
import DashboardTestSupport
import Testing

@testable import Dashboard

@Suite("Screens of a run at 110x30") struct WideScreenTests {
    @Test("Loading, at 110x30") func loading() {
        ScreenExpectation.check(
            "loading", width: 110, height: 30,
            """
             promptchain  ● gpu-box  Ollama 0.32.1  2 loaded  VRAM 5.0/48.0 GiB  10%   research brief  step 2/3  12:04:03
             ▲ deepseek-r1:70b loads for step 2/3: 12s, about 16s left; mistral-small:22b left for it               w why
            ╭1 Models ──────────────────────────────────────────┬4 Chain ─ research brief ─ 00:19 ─ planned ─────────────╮
            │ NAME                   SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis    mistral-small:22b           6.7s │
            │ deepseek-r1:70b       ⠴ loading 12s, usually 28s  │     load 2.3s · first token 0.4s · 165 tok · 41/s      │
            │▸llama3.1:8b            5.4G 81%!   8k  pinned     │                                                        │
            │ nomic-embed-text       0.6G 100%   2k  3m53s      │ ▶ 2 Deep reasoning    deepseek-r1:70b              12s │
            │                                                   │     waits for the load, 12s · usually 28s              │
            │                                                   │                                                        │
            │                                                   │ · 3 Summary           mistral-small:22b                │
            │                                                   ├5 Output ─ step 2 Deep reasoning ───────────────────────┤
            │                                                   │ step 2 has written nothing yet                         │
            │                                                   │                                                        │
            │                                                   │                                                        │
            │                                                   │                                                        │
            ├2 VRAM ─ capacity as configured ───────────────────┤                                                        │
            │ ██▓░░░░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │                                                        │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6            │                                                        │
            │                                                   │                                                        │
            │ 5 min                                         ▇▂▂ │                                                        │
            ├3 Residency ─ ░ loading  ▄ ahead of its step  ▒ in memory  █ writing  ▏ leaving  ┆ now  · planned ──────────┤
            │                            1                            2                                                ┆ │
            │ mistral-small:22b          ░░░░░░░░░░█████████████████▏▏▏→ deepseek-r1:70b                               ┆ │
            │ deepseek-r1:70b                                         ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┆ │
            │ llama3.1:8b                ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒┆ │
            ├6 Log ──────────────────────────────────────────────────────────────────────────────────────────────────────┤
            │ 12:03:51 · model   ✓ Successfully unloaded mistral-small:22b                                               │
            │ 12:03:51 · model   🔄 Model Management: Loading deepseek-r1:70b                                            │
            │ 12:03:51 · chain   step 2 begins: Deep reasoning with deepseek-r1:70b                                      │
            ╰ l load  u unload  s stop  w why  / filter  K keep  o sort  p pull  z zoom  Tab pane  ? help  q quit ───────╯
            """)
    }

    @Test("Generating, at 110x30") func writing() {
        ScreenExpectation.check(
            "writing", width: 110, height: 30,
            """
             promptchain  ● gpu-box  Ollama 0.32.1  3 loaded  VRAM 46.9/48.0 GiB  98%  research brief  step 2/3  12:04:06
             ● step 2/3 writes, ~73 tokens/s, ~182 so far, 1.1 GiB free
            ╭1 Models ──────────────────────────────────────────┬4 Chain ─ research brief ─ 00:22 ─ planned ─────────────╮
            │ NAME                   SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis    mistral-small:22b           6.7s │
            │ deepseek-r1:70b       41.9G 100%   8k  gen ~73/s  │     load 2.3s · first token 0.4s · 165 tok · 41/s      │
            │▸llama3.1:8b            5.4G 81%!   8k  pinned     │                                                        │
            │ nomic-embed-text       0.6G 100%   2k  3m50s      │ ▶ 2 Deep reasoning    deepseek-r1:70b              15s │
            │                                                   │     writes · ~182 tok · ~73/s                          │
            │                                                   │                                                        │
            │                                                   │ · 3 Summary           mistral-small:22b                │
            │                                                   ├5 Output ─ step 2 Deep reasoning ─ ~73/s ───────────────┤
            │                                                   │┊The user wants the claims compared; I take them one by │
            │                                                   │┊one.                                                   │
            │                                                   │ The three claims rest on two measurements.             │
            │                                                   │                                                        │
            ├2 VRAM ─ capacity as configured ───────────────────┤ The first one holds: the curve is flat between 2 and 8 │
            │ █████████████████████▓▓▒░ 46.9/48.0 GiB  1.1 free │ GiB, and nothing in the log speaks against it.         │
            │ █ deepseek-r1 41.9  ▓ llama3.1 4.4                │                                                        │
            │ ▒ nomic-embed-text 0.6                            │                                                        │
            │ 5 min                                        ▂▄▄█ │                                                        │
            ├3 Residency ─ ░ loading  ▄ ahead of its step  ▒ in memory  █ writing  ▏ leaving  ┆ now  · planned ──────────┤
            │                                                            1             2                               ┆ │
            │ mistral-small:22b                                          ░░░░░█████████▏→ deepseek-r1:70b              ┆ │
            │ deepseek-r1:70b                                                          ░░░░░░░░░░░░░░░░░░░░░░░░░▒██████┆ │
            │ llama3.1:8b                                                ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒┆ │
            ├6 Log ──────────────────────────────────────────────────────────────────────────────────────────────────────┤
            │ 12:03:51 · model   🔄 Model Management: Loading deepseek-r1:70b                                            │
            │ 12:03:51 · chain   step 2 begins: Deep reasoning with deepseek-r1:70b                                      │
            │ 12:04:03 · model   ✓ Successfully loaded deepseek-r1:70b in 12.00s (VRAM: 44990MB)                         │
            ╰ l load  u unload  s stop  w why  / filter  K keep  o sort  p pull  z zoom  Tab pane  ? help  q quit ───────╯
            """)
    }

    @Test("Done, at 110x30") func done() {
        ScreenExpectation.check(
            "done", width: 110, height: 30,
            """
             promptchain  ● gpu-box  Ollama 0.32.1  2 loaded  VRAM 5.0/48.0 GiB  10%  research brief  completed  12:04:11
             ✔ research brief done in 00:27, waited 16s for models — r runs another
            ╭1 Models ──────────────────────────────────────────┬4 Chain ─ research brief ─ 00:27 ─ planned ─────────────╮
            │ NAME                   SIZE VRAM  CTX  UNTIL      │ ✔ 1 Quick analysis    mistral-small:22b           6.7s │
            │▸llama3.1:8b            5.4G 81%!   8k  pinned     │ ✔ 2 Deep reasoning    deepseek-r1:70b              16s │
            │ nomic-embed-text       0.6G 100%   2k  3m45s      │     load 12s · first token 0.9s · 402 tok · 19/s       │
            │                                                   │ ✔ 3 Summary           mistral-small:22b           5.0s │
            │                                                   │     load 2.1s · first token 0.4s · 64 tok · 40/s       │
            │                                                   │ done in 00:27, 16s stalled                             │
            │                                                   │ VRAM peak 41.9 of 55.8 GiB for all its models          │
            │                                                   ├5 Output ─ step 3 Summary ──────────────────────────────┤
            │                                                   │ Two of the three claims hold; the third needs a second │
            │                                                   │ source.                                                │
            │                                                   │                                                        │
            │                                                   │                                                        │
            ├2 VRAM ─ capacity as configured ───────────────────┤                                                        │
            │ ██▓░░░░░░░░░░░░░░░░░░░░░░ 5.0/48.0 GiB  43.0 free │                                                        │
            │ █ llama3.1 4.4  ▓ nomic-embed-text 0.6            │                                                        │
            │                                                █  │                                                        │
            │ 5 min                                        ▇▂█▂ │                                                        │
            ├3 Residency ─ ░ loading  ▄ ahead of its step  ▒ in memory  █ writing  ▏ leaving  ┆ now  · planned ──────────┤
            │                                                  1             2                              3          ┆ │
            │ mistral-small:22b                                ░░░░░█████████▏→ deepseek-r1:70b                       █┆ │
            │ deepseek-r1:70b                                                ░░░░░░░░░░░░░░░░░░░░░░░░░▒██████▒▒▒▒▒▒▒▒▒▒┆ │
            │ llama3.1:8b                                      ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒┆ │
            ├6 Log ──────────────────────────────────────────────────────────────────────────────────────────────────────┤
            │ 12:04:06 · chain   step 3 begins: Summary with mistral-small:22b                                           │
            │ 12:04:11 · chain   step 3 done, 64 tokens                                                                  │
            │ 12:04:11 · chain   run completed                                                                           │
            ╰ l load  u unload  r run  w why  / filter  K keep  o sort  p pull  z zoom  Tab pane  ? help  q quit ────────╯
            """)
    }
}
