//! The ways to put lines together that are signed with RSA.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::hex;
use super::mistake::{Mistake, line, made};
use super::recover::Hash;
use super::search::{Frame, Transform};

/// The frames of a request of v3: method, target, timestamp, nonce, body.
pub(crate) static REQUEST: LazyLock<Vec<Frame>> = LazyLock::new(|| {
    let mut frames = common(5);
    let partial = |order: &[usize], last, mistake| Frame {
        order: order.to_vec(),
        last,
        mistakes: vec![mistake],
        ..Frame::lines(5)
    };
    frames.push(partial(&[0, 1, 2, 3], "\n", line::BODY_LINE_MISSING));
    frames.push(partial(&[0, 1, 2, 3], "", line::BODY_LINE_MISSING));
    frames.push(partial(&[2, 3, 4], "\n", line::ANSWER_FORM));
    frames.push(partial(&[2, 3, 4], "", line::ANSWER_FORM));
    frames.extend(orders(5, line::ORDER));
    frames
});

/// The frames of an invocation of the cashier: appId, timeStamp, nonceStr, package.
pub(crate) static INVOCATION: LazyLock<Vec<Frame>> = LazyLock::new(|| {
    let mut frames = common(4);
    frames.extend(orders(4, super::mistake::cashier::FIELD_ORDER));
    frames
});

fn common(count: usize) -> Vec<Frame> {
    let frame = |separator, last, mistakes: &[Mistake]| Frame {
        separator,
        last,
        mistakes: mistakes.to_vec(),
        ..Frame::lines(count)
    };
    let mut frames = vec![
        Frame::lines(count),
        frame("\n", "", &[line::LAST_NEWLINE]),
        frame("\n", "\n\n", &[line::EXTRA_NEWLINE]),
        frame("\r\n", "\r\n", &[line::CRLF]),
        frame("\r\n", "", &[line::CRLF, line::LAST_NEWLINE]),
        frame("\\n", "\\n", &[line::LITERAL_NEWLINE]),
        frame("\\n", "", &[line::LITERAL_NEWLINE, line::LAST_NEWLINE]),
        frame("", "", &[line::NO_NEWLINES]),
        frame("\n", "\r\n", &[line::CRLF]),
    ];
    for separator in [" ", ",", "&", "|", "\r", "\t", "\n\n"] {
        frames.push(frame(separator, "", &[line::JOINED_OTHERWISE]));
        frames.push(frame(separator, separator, &[line::JOINED_OTHERWISE]));
    }
    let hashes: [Transform; 4] = [
        |message| Hash::Sha256.of(message),
        |message| hex(&Hash::Sha256.of(message)).into_bytes(),
        |message| hex(&Hash::Sha256.of(message)).to_uppercase().into_bytes(),
        |message| STANDARD.encode(Hash::Sha256.of(message)).into_bytes(),
    ];
    frames.extend(hashes.map(|after| Frame {
        after: Some(after),
        mistakes: vec![made::HASHED_BEFORE],
        ..Frame::lines(count)
    }));
    frames
}

/// Every other order of so many lines. There are many, so none is combined with another mistake.
fn orders(count: usize, mistake: Mistake) -> Vec<Frame> {
    let mut orders = vec![Vec::new()];
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|begun: Vec<usize>| {
                let rest = (0..count).filter({
                    let begun = begun.clone();
                    move |next| !begun.contains(next)
                });
                rest.map(move |next| [begun.as_slice(), &[next]].concat()).collect::<Vec<_>>()
            })
            .collect();
    }
    let right: Vec<usize> = (0..count).collect();
    let others = orders.into_iter().filter(|order| *order != right);
    others.map(|order| Frame { order, mistakes: vec![mistake], alone: true, ..Frame::lines(count) }).collect()
}
