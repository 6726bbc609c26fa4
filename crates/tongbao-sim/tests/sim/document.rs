//! What `docs/simulator.md` says of the switches is what the code says.

use tongbao_sim::Switches;

/// The rows of the table: each switch with its default and the first sentence of its comment.
fn rows() -> String {
    let shown = format!("{:#?}", Switches::default());
    let lines =
        shown.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(',')?.split_once(": "));
    lines.map(|(name, value)| format!("| `{name}` | `{value}` | {} |\n", meaning(name))).collect()
}

fn meaning(name: &str) -> String {
    let source = include_str!("../../src/switches.rs");
    let (before, _) = source.split_once(&format!("    pub {name}: ")).unwrap();
    let comment: Vec<_> = before
        .lines()
        .rev()
        .skip_while(|line| line.starts_with("    #["))
        .map_while(|line| line.strip_prefix("    /// "))
        .collect();
    let text: String = comment.iter().rev().map(|line| format!("{line} ")).collect();
    format!("{}.", text.split(". ").next().unwrap())
}

#[test]
fn the_table_of_switches_is_the_codes() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/simulator.md");
    let text = std::fs::read_to_string(document).unwrap();
    let head = "| Switch | Default | When on, or what it holds |\n|---|---|---|\n";
    let (_, table) = text.split_once(head).unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    assert_eq!(format!("{table}\n"), rows(), "put these rows into docs/simulator.md:\n{}", rows());
}
