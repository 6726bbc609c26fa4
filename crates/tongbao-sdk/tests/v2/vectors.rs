//! The known answers of signatures (v2.md §1.3). Those of notifications and cashiers stand with them.

use tongbao_sdk::v2::{ApiV2Key, Fields, SignFault, SignType};

use crate::platform::key;

const MD5: SignType = SignType::Md5;
const HMAC: SignType = SignType::HmacSha256;

fn published() -> Fields {
    [
        ("appid", "wxd930ea5d5a258f4f"),
        ("body", "test"),
        ("device_info", "1000"),
        ("mch_id", "10000100"),
        ("nonce_str", "ibuaiVcKdpRxkhJA"),
    ]
    .into_iter()
    .collect()
}

#[test]
fn the_documents_example_is_signed_in_both_ways() {
    assert_eq!(key().sign(MD5, &published()), "9A0A8659F005D6984697E2CA0A9CF3B7");
    assert_eq!(
        key().sign(HMAC, &published()),
        "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
    );
}

#[test]
fn empty_texts_and_the_signature_itself_are_left_out_and_names_are_ordered_by_their_bytes() {
    let fields: Fields = [
        ("Zeta", "1"),
        ("appid", "wxd930ea5d5a258f4f"),
        ("attach", ""),
        ("body", "深圳分店"),
        ("detail", "a&b=c d"),
        ("mch_id", "10000100"),
        ("nonce_str", "ibuaiVcKdpRxkhJA"),
        ("sign", "XX"),
        ("total_fee", "1"),
    ]
    .into_iter()
    .collect();
    assert_eq!(key().sign(MD5, &fields), "E924D1787C554E429E2393E2008C978A");
    assert_eq!(key().sign(HMAC, &fields), "FFB407AE409F7051A10262A95EE08E408CBEEB9E84940DD14B5147AC3F584818");
}

#[test]
fn a_signature_is_compared_as_it_is_written() {
    let good = published().with("sign", "9A0A8659F005D6984697E2CA0A9CF3B7");
    assert_eq!(key().verify(MD5, &good), Ok(()));
    for sign in [
        "9a0a8659f005d6984697e2ca0a9cf3b7",
        "9A0A8659F005D6984697E2CA0A9CF3B",
        "9A0A8659F005D6984697E2CA0A9CF3B8",
    ] {
        assert_eq!(key().verify(MD5, &good.clone().with("sign", sign)), Err(SignFault::Wrong), "{sign}");
    }
    assert_eq!(key().verify(HMAC, &good), Err(SignFault::Wrong));
    for unsigned in [published(), published().with("sign", "")] {
        assert_eq!(key().verify(MD5, &unsigned), Err(SignFault::Missing));
    }
    let changed = good.with("attach", "more");
    assert_eq!(key().verify(MD5, &changed), Err(SignFault::Wrong), "an element of no interest is signed too");
}

#[test]
fn a_key_of_another_length_is_refused_and_a_key_is_never_printed() {
    for text in [&b""[..], &[b'k'; 31], &[b'k'; 33]] {
        let error = ApiV2Key::parse(text).unwrap_err();
        assert_eq!((error.found, error.code()), (text.len(), "apiv2_key_length"));
    }
    assert_eq!(format!("{:?}", key()), "ApiV2Key(redacted)");
}
