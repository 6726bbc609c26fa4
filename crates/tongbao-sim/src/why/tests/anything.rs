//! Whatever is sent, explaining it neither panics nor takes long.

use proptest::prelude::{any, prop, proptest};

use super::super::{form, invoke, v3};
use super::Ring;

const NOW: i64 = 1_772_330_400;

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_request(
        method in "\\PC{0,8}",
        target in "/?\\PC{0,60}",
        header in "\\PC{0,80}",
        fields in prop::array::uniform5("[^\"\\p{C}]{0,40}"),
        well_formed in any::<bool>(),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let ring = Ring::new();
        let [mchid, nonce, signature, timestamp, serial] = fields;
        let timestamp = if timestamp.len() % 2 == 0 { NOW.to_string() } else { timestamp };
        let written = format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",timestamp="{timestamp}",serial_no="{serial}""#
        );
        let asked = v3::Asked {
            method: &method,
            target: &target,
            host: "h",
            authorization: Some(if well_formed { &written } else { &header }),
            body: &body,
            transport: NOW,
            business: NOW,
        };
        let why = v3::explain(&asked, &ring.keys());
        assert!(why.is_some(), "nobody signed this");
    }

    #[test]
    fn any_invocation_and_any_form(fields in prop::collection::vec(("\\PC{0,12}", "\\PC{0,40}"), 6..12)) {
        let ring = Ring::new();
        let said = |at: usize| fields[at].1.as_str();
        let asked = invoke::Asked {
            appid: said(0),
            time_stamp: said(1),
            nonce_str: said(2),
            package: said(3),
            sign_type: said(4),
            pay_sign: said(5),
            transport: NOW,
            business: NOW,
            window: 7200,
            order: None,
            appids: vec![said(1)],
            v2_keys: vec![(&ring.mchid, "TongbaoSimulatorFixedAPIv2Key000")],
        };
        assert!(invoke::explain(&asked, &ring.keys()).is_some());
        for sign in [said(0), "9A0A8659F005D6984697E2CA0A9CF3B7"] {
            let asked = form::Asked {
                fields: &fields,
                sign,
                algorithm: form::Algorithm::Md5,
                key: "TongbaoSimulatorFixedAPIv2Key000",
                other_keys: Vec::new(),
            };
            assert!(form::explain(&asked).is_some());
        }
    }
}
