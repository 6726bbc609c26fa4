//! Drawn codes: QR, and Code 128 for scanners that read lines.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// A path of modules, one unit each, and how many there are in a row, the quiet zone of two included.
pub(super) struct Drawn {
    pub(super) path: String,
    pub(super) width: usize,
}

/// A QR code; none when the text is too long for one.
pub(super) fn qr(text: &str) -> Option<Drawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    Some(Drawn { path, width: width + 2 * QUIET })
}

/// Digits in pairs as Code 128, set C (ISO/IEC 15417); none when they are not pairs of digits.
pub(super) fn bars(digits: &str) -> Option<Drawn> {
    let bytes = digits.as_bytes();
    if bytes.is_empty() || !bytes.len().is_multiple_of(2) || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let pairs = bytes.chunks(2).map(|pair| usize::from(pair[0] - b'0') * 10 + usize::from(pair[1] - b'0'));
    let mut symbols = vec![START_C];
    symbols.extend(pairs);
    let sum: usize = symbols.iter().enumerate().map(|(at, symbol)| at.max(1) * symbol).sum();
    symbols.push(sum % 103);
    let mut path = String::new();
    let mut at = 0;
    let widths = symbols.iter().flat_map(|symbol| PATTERNS[*symbol].bytes()).chain(STOP.bytes());
    for (index, width) in widths.enumerate() {
        let width = usize::from(width - b'0');
        if index % 2 == 0 {
            let _ = write!(path, "M{at} 0h{width}v1h-{width}z");
        }
        at += width;
    }
    Some(Drawn { path, width: at })
}

const QUIET: usize = 2;
const START_C: usize = 105;
/// Bars and blanks by turns.
const STOP: &str = "2331112";
const PATTERNS: [&str; 106] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232",
];

#[cfg(test)]
mod tests {
    use super::{PATTERNS, bars, qr};

    #[test]
    fn every_pattern_of_code_128_is_eleven_wide_and_differs_from_the_others() {
        for (at, pattern) in PATTERNS.iter().enumerate() {
            let width: u32 = pattern.bytes().map(|byte| u32::from(byte - b'0')).sum();
            assert_eq!((pattern.len(), width), (6, 11), "{at}");
            assert!(!PATTERNS[..at].contains(pattern), "{at}");
        }
    }

    #[test]
    fn eighteen_digits_are_start_nine_pairs_check_and_stop() {
        let drawn = bars("134567890123456789").expect("digits in pairs");
        assert_eq!(drawn.width, 11 * 11 + 13);
        // Start C: bars of 2, 1 and 3 at 0, 3 and 6.
        assert!(drawn.path.starts_with("M0 0h2v1h-2zM3 0h1v1h-1zM6 0h3v1h-3z"), "{}", drawn.path);
        for wrong in ["", "1", "12a4", "1２"] {
            assert!(bars(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_qr_code_has_its_three_corners_and_a_text_too_long_has_none() {
        let drawn = qr("134567890123456789").expect("short");
        assert_eq!(drawn.width, 21 + 4);
        for corner in ["M2 2h1", "M22 2h1", "M2 22h1"] {
            assert!(drawn.path.contains(corner), "{corner}");
        }
        assert!(qr(&"x".repeat(5000)).is_none());
    }
}
