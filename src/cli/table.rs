//! A table for people: columns as wide as what stands in them, Chinese characters counted as two.
//! It must not cut anything: a caller who wants it shorter says so.

use unicode_width::UnicodeWidthStr as _;

const GAP: &str = "  ";

/// Lines without a trailing newline. `right`: the columns whose texts are numbers.
pub(super) fn render<const N: usize>(header: [&str; N], right: [bool; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).chain([header[column].width()]).max().unwrap_or(0));
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = (0..N).map(|column| pad(cells[column], widths[column], right[column])).collect();
        padded.join(GAP).trim_end().to_owned()
    };
    let rule = widths.map(|width| "─".repeat(width)).join(GAP);
    let body = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    [line(header), rule].into_iter().chain(body).collect::<Vec<_>>().join("\n")
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let blank = " ".repeat(width.saturating_sub(text.width()));
    if right { format!("{blank}{text}") } else { format!("{text}{blank}") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn chinese_names_do_not_push_the_next_column_aside() {
        let rows = [["林子涵".to_owned(), "7".to_owned()], ["Ann".to_owned(), "12.5".to_owned()]];
        let table = super::render(["name", "points"], [false, true], &rows);
        assert_eq!(table, "name    points\n──────  ──────\n林子涵       7\nAnn       12.5");
    }
}
