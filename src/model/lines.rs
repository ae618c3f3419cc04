//! Counts the lines of a text from outside as an editor does, so that a message can name the one that is wrong.
//! It must not read what is on them.

/// Which line a place is on. The CSV reader's own count is one behind after CRLF and after empty lines.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub const fn of(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line, from 1, of what begins at this byte or behind the line ends that are there; of the last place where none is named.
    /// Places must come in order.
    pub fn number(&mut self, byte: Option<u64>) -> u64 {
        let mut begins = byte.and_then(|byte| usize::try_from(byte).ok()).unwrap_or(self.at);
        while self.text.get(begins).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            begins += 1;
        }
        while self.at < begins.min(self.text.len()) {
            self.line += u64::from(self.text[self.at] == b'\n');
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_empty_lines_and_windows_line_ends_is_on_the_line_that_an_editor_shows() {
        for (text, expected) in [("a\nb\n\nc", [1, 2, 4]), ("a\r\nb\r\n\r\nc", [1, 2, 4])] {
            let mut lines = Lines::of(text);
            let places = ['a', 'b', 'c'].map(|letter| text.find(letter));
            // The reader names the place before the line ends that stand in front of a record.
            let before = [Some(0), Some(places[0].unwrap() + 1), Some(places[1].unwrap() + 1)];
            assert_eq!(before.map(|at| lines.number(at.map(|at| u64::try_from(at).unwrap()))), expected, "{text:?}");
        }
    }
}
