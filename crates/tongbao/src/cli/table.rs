//! Columns that line up in a terminal, Chinese included.

/// Rows under a head, two blanks between columns. Control characters become blanks: what others wrote must
/// not steer the terminal.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head = head.iter().map(|cell| (*cell).to_owned()).collect();
    let lines: Vec<Vec<String>> =
        std::iter::once(&head).chain(rows).map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let mut widths = vec![0; head.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = columns(cell).max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        let start = text.len();
        for (width, cell) in widths.iter().zip(line) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width - columns(cell) + 2));
        }
        let kept = text[start..].trim_end().len();
        text.truncate(start + kept);
        text.push('\n');
    }
    text
}

/// The text without control characters, and in the order it is written in.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || reorders(c) { ' ' } else { c }).collect()
}

/// Embeddings, overrides and isolates: they show a text in another order than it is written.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many columns a terminal gives this text.
fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Two columns for what East Asian fonts draw wide (Unicode TR 11: W and F, and emoji), none for marks.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF01..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn chinese_takes_two_columns_and_lines_end_without_blanks() {
        let rows = [vec!["龙井茶".into(), "9.90".into()], vec!["tea".into(), "12".into()]];
        assert_eq!(table(&["商品", "元"], &rows), "商品    元\n龙井茶  9.90\ntea     12\n");
    }

    #[test]
    fn what_others_wrote_does_not_steer_the_terminal() {
        assert_eq!(table(&["a"], &[vec!["\x1b[2Jx\n".into()]]), "a\n [2Jx\n");
        assert_eq!(table(&["a"], &[vec!["1\u{202e}00".into()]]), "a\n1 00\n");
    }
}
