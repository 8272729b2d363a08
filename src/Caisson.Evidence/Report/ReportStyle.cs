namespace Caisson.Evidence.Report;

/// <summary>How the page looks: on screens in light and dark, and on paper.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public const string Text =
        """
        :root {
          color-scheme: light dark;
          --page: #f5f6f4; --sheet: #ffffff; --ink: #1c2321; --soft: #5a6662; --faint: #8a9490; --line: #e2e6e3; --shade: #f3f5f3;
          --done: #2b6f66; --hit: #b5c4bf; --wait: #d8a84e; --bad: #b3372b; --good: #2b6f66; --open: #946a12;
          --good-shade: #e6f1ee; --open-shade: #faf1dc; --bad-shade: #fbe9e6;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #121615; --sheet: #191f1d; --ink: #e4e9e6; --soft: #a3afaa; --faint: #75827d; --line: #2b3431; --shade: #202725;
            --done: #5fb3a6; --hit: #46554f; --wait: #b98b35; --bad: #e98074; --good: #6fc2b4; --open: #dcb25c;
            --good-shade: #1d302c; --open-shade: #332b18; --bad-shade: #3a2220;
          }
        }
        * { box-sizing: border-box; }
        html { background: var(--page); -webkit-text-size-adjust: 100%; }
        body { margin: 0; color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
        main { max-width: 1120px; margin: 32px auto 0; padding: 48px 56px 40px; background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; }
        footer { max-width: 1120px; margin: 0 auto; padding: 16px 56px 48px; color: var(--faint); font-size: 13px; }
        h1 { margin: 0; font-size: 30px; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
        h2 { margin: 0 0 4px; font-size: 19px; font-weight: 600; letter-spacing: -0.005em; }
        h3 { margin: 24px 0 4px; font-size: 15px; font-weight: 600; overflow-wrap: anywhere; }
        p { margin: 0; }
        code, pre, .digest, .address, .source { font-family: var(--mono); font-size: 12.5px; }
        code { overflow-wrap: anywhere; white-space: pre-wrap; }
        section { margin-top: 48px; }
        header { position: relative; }
        .kind { color: var(--soft); font-size: 13px; }
        header .kind { margin-bottom: 6px; letter-spacing: 0.02em; }
        .note { margin-bottom: 12px; color: var(--soft); font-size: 13.5px; max-width: 74ch; }
        .digest { color: var(--soft); overflow-wrap: anywhere; word-break: break-all; }
        .state { position: absolute; top: 0; right: 0; padding: 3px 12px; border-radius: 99px; font-size: 13px; font-weight: 600; }
        .state.good { color: var(--good); background: var(--good-shade); }
        .state.open { color: var(--open); background: var(--open-shade); }
        .state.bad { color: var(--bad); background: var(--bad-shade); }
        .facts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 14px 32px; margin: 28px 0 0; }
        .facts div:first-child { grid-column: 1 / -1; }
        dt { color: var(--soft); font-size: 13px; }
        dd { margin: 0; overflow-wrap: anywhere; }
        dd.digest { color: var(--ink); font-size: 13.5px; }
        .claims { display: flex; flex-wrap: wrap; margin: 32px 0 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
        .claims li { flex: 1 1 auto; min-width: 112px; padding: 12px 16px 13px; border-left: 1px solid var(--line); margin-left: -1px; }
        .claims .name { display: block; color: var(--soft); font-size: 13px; }
        .claims .value { color: inherit; font-weight: 600; text-decoration: none; white-space: nowrap; }
        .claims a.value:hover, .claims a.value:focus-visible { text-decoration: underline; }
        .claims .good .value { color: var(--good); }
        .claims .open .value { color: var(--open); }
        .claims .bad .value { color: var(--bad); }
        table { width: 100%; border-collapse: collapse; }
        th { padding: 8px 12px 8px 0; color: var(--soft); font-size: 13px; font-weight: 500; text-align: left; vertical-align: bottom; border-bottom: 1px solid var(--line); }
        td { padding: 8px 12px 8px 0; font-size: 14px; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        tbody:last-child tr:last-child td { border-bottom: 0; }
        td.kind, td.kind code { white-space: nowrap; overflow-wrap: normal; }
        td.kind { width: 1%; padding-right: 24px; font-size: 13px; }
        td.digest { width: 54%; padding-top: 9px; padding-right: 0; font-size: 12px; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.bad { color: var(--bad); }
        tr.group th { padding-top: 18px; color: var(--ink); text-align: left; }
        .method { color: var(--soft); font-size: 12px; }
        .legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 4px 0 8px; color: var(--soft); font-size: 13px; }
        .key::before { content: ""; display: inline-block; width: 18px; height: 9px; margin-right: 7px; border-radius: 2px; vertical-align: 0; }
        .key.done::before, .bar.done { background: var(--done); }
        .key.hit::before, .bar.hit { background: var(--hit); }
        .key.wait::before, .bar.wait { background: repeating-linear-gradient(-45deg, var(--wait) 0 2px, transparent 2px 5px); }
        .key.failed::before, .bar.failed { background: var(--bad); }
        .timeline { table-layout: fixed; }
        .timeline th:nth-child(1), .layers th:nth-child(1) { width: 40px; }
        .timeline th:nth-child(2) { width: 46%; }
        .timeline th:nth-child(4) { width: 84px; padding-right: 0; }
        .timeline td { padding-top: 6px; padding-bottom: 6px; }
        .timeline td:last-child, .layers td:last-child { padding-right: 0; }
        .timeline td.number, .layers td.number:first-child { color: var(--soft); font-size: 13px; }
        .timeline tr.work code { color: var(--soft); }
        .what { line-height: 1.4; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
        .stage { color: var(--soft); font-size: 12px; margin-right: 2px; white-space: nowrap; }
        .why { color: var(--soft); font-size: 12.5px; }
        .track { position: relative; height: 13px; margin-top: 4px; background: var(--shade); border-radius: 2px; }
        .bar { position: absolute; top: 0; bottom: 0; left: 0; border-radius: 2px; }
        .scale { position: relative; height: 18px; font-size: 12px; font-variant-numeric: tabular-nums; }
        .scale span { position: absolute; bottom: 0; padding-left: 4px; border-left: 1px solid var(--line); white-space: nowrap; }
        tr.log td { padding-top: 0; border-bottom: 1px solid var(--line); }
        pre { margin: 0; padding: 12px 14px; background: var(--shade); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; }
        .layers { table-layout: fixed; }
        .layers th:nth-child(3) { width: 92px; }
        .layers th:nth-child(4) { width: 30%; }
        .layers td.number, .layers th.number { padding-right: 16px; }
        .proofs { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; margin-top: 14px; }
        .proof { padding: 18px 20px 20px; border: 1px solid var(--line); border-radius: 6px; }
        .proof h3 { margin: 0 0 6px; display: flex; justify-content: space-between; gap: 12px; }
        .mark { font-size: 13px; font-weight: 600; white-space: nowrap; }
        .good > .mark, .good h3 .mark { color: var(--good); }
        .open h3 .mark, .open .mark { color: var(--open); }
        .bad .mark { color: var(--bad); }
        .proof .digest { margin-top: 10px; }
        .reasons { margin: 10px 0 0; padding: 0; list-style: none; font-size: 13.5px; }
        .reasons li { padding: 7px 0; border-top: 1px solid var(--line); }
        .reasons span { display: block; color: var(--soft); }
        .findings { margin: 10px 0 0; padding: 0; list-style: none; }
        .findings li { margin-top: 10px; padding: 12px 16px; border-radius: 6px; overflow-wrap: anywhere; }
        .findings .bad { background: var(--bad-shade); }
        .findings .open { background: var(--open-shade); }
        .findings .mark { margin-right: 6px; }
        .where { font-family: var(--mono); font-size: 12.5px; color: var(--soft); }
        .hint { color: var(--soft); font-size: 13.5px; }
        .packages { columns: 3; column-gap: 32px; margin: 0; padding: 0; list-style: none; font-size: 13px; }
        .packages li { break-inside: avoid; overflow-wrap: anywhere; color: var(--soft); }
        .packages b { color: var(--ink); font-weight: 500; }
        .packages .removed b { text-decoration: line-through; }
        .source { margin: 0; padding: 14px 16px 14px 56px; background: var(--shade); border-radius: 4px; line-height: 1.55; }
        .source li::marker { color: var(--faint); font-size: 11.5px; }
        .source li { padding-left: 8px; }
        @media screen and (max-width: 860px) {
          main { margin-top: 0; padding: 28px 20px; border-width: 0 0 1px; border-radius: 0; }
          footer { padding: 16px 20px 32px; }
          .state { position: static; display: inline-block; margin-top: 12px; }
          .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          .proofs { grid-template-columns: 1fr; }
          .packages { columns: 1; }
          .timeline th:nth-child(2) { width: 58%; }
          td.digest { width: auto; min-width: 200px; }
        }
        @media screen and (max-width: 620px) {
          .scale span:not(:first-child) { display: none; }
          #inputs table, #inputs tbody, #inputs tr, #inputs td, #network table, #network tbody, #network tr, #network td, #network th { display: block; width: auto; padding-right: 0; text-align: left; }
          #inputs thead, #network thead { display: none; }
          #inputs td, #network td { padding: 2px 0; border: 0; }
          #inputs tr, #network tr { padding: 9px 0; border-bottom: 1px solid var(--line); }
          .layers th:nth-child(4), .layers td:nth-child(4) { display: none; }
        }
        @page { size: A4; margin: 16mm 14mm; }
        @media print {
          :root {
            color-scheme: light;
            --page: #fff; --sheet: #fff; --ink: #000; --soft: #444; --faint: #666; --line: #ccc; --shade: #f2f2f2;
            --done: #2b6f66; --hit: #b5c4bf; --wait: #b98425; --bad: #a12e23; --good: #1f5a52; --open: #7a560b;
            --good-shade: #e6f1ee; --open-shade: #faf1dc; --bad-shade: #fbe9e6;
          }
          body { font-size: 9.5pt; }
          td { font-size: 9pt; }
          code, pre, .digest, .address, .source, dd.digest { font-size: 8pt; } td.digest { font-size: 7pt; }
          main { max-width: none; margin: 0; padding: 0; border: 0; }
          footer { max-width: none; padding: 8mm 0 0; }
          h1 { font-size: 20pt; } h2 { font-size: 13pt; } h3 { font-size: 10pt; }
          section { margin-top: 9mm; }
          h2, h3, .note, .legend { break-after: avoid; }
          tr, .proof, .note, .findings li, .claims, .facts { break-inside: avoid; }
          thead { display: table-header-group; }
          .bar, .track, .key::before, .state, .findings li, pre, .source { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          .claims li { min-width: 0; padding: 8px 10px; } .claims .name, dt, th, .note { font-size: 8.5pt; }
          .what { -webkit-line-clamp: none; display: block; }
          .packages { font-size: 8pt; }
        }

        """;
}
