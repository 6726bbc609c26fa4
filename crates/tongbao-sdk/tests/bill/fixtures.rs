//! Each kind of bill, as the fixtures show it.

use std::io::BufReader;

use tongbao_sdk::bill::{
    BillKind, BillReader, BillRefundStatus, Fee, FlowDirection, FundFlowSums, Rate, TradeEvent, TradeSums,
};
use tongbao_wire::{Fen, RefundChannel, Timestamp, TradeType};

use super::{cells, fixture, gzipped};

fn at(rfc3339: &str) -> Timestamp {
    Timestamp::parse_rfc3339(rfc3339).unwrap()
}

fn fee(thousandths: i64) -> Option<Fee> {
    Some(Fee::from_thousandths_of_fen(thousandths))
}

#[test]
fn a_payment_is_read_to_the_last_column() {
    let bill = fixture("all.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    assert_eq!(reader.kind(), BillKind::All);
    reader.next_row().unwrap().unwrap();
    let row = reader.next_row().unwrap().unwrap();
    assert_eq!(row.line(), 3);
    let trade = row.trade().unwrap();
    assert_eq!(trade.time, at("2026-03-01T10:05:00+08:00"));
    assert_eq!((trade.appid, trade.mchid), ("wx00000000000000aa", "1900000001"));
    assert_eq!((trade.sub_mchid, trade.device_info), (Some("1900000109"), Some("POS-7")));
    assert_eq!(trade.transaction_id, "4200000001202603010000000002");
    assert_eq!((trade.out_trade_no, trade.openid), ("T20260301B", Some("oExample02")));
    assert_eq!((trade.trade_type, trade.event), (Some(TradeType::Micropay), TradeEvent::Payment));
    assert_eq!((trade.bank_type, trade.currency), (Some("CMB_DEBIT"), Some("CNY")));
    assert_eq!((trade.settlement_total, trade.coupon), (Some(Fen::new(9000)), Some(Fen::new(1000))));
    assert_eq!((trade.total, trade.goods_name, trade.attach), (Fen::new(10_000), Some("杯子"), None));
    assert_eq!((trade.fee, trade.rate), (fee(54_000), Some(Rate::new(60_000))));
    assert_eq!(trade.rate_note, Some("优惠费率"));
    assert_eq!(row.get("付款银行"), Some("CMB_DEBIT"));
    assert_eq!(row.get("没有"), None);
    assert_eq!(row.cells().count(), 27);
    for shown in [format!("{row:?}"), format!("{:?}", row.trade().unwrap())] {
        assert!(!shown.contains("oExample02") && !shown.contains("杯子"), "{shown}");
    }
}

#[test]
fn commas_quotes_and_backticks_in_texts_survive() {
    let bill = fixture("all.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    assert_eq!(row.goods_name, Some("龙井, 明前 \"特级\", 250g"));
    assert_eq!(row.attach, Some("k=v,n=`1`"));
    assert_eq!((row.sub_mchid, row.device_info), (None, None), "`0` and nothing are absent");
}

#[test]
fn payments_refunds_and_reversals_are_told_apart() {
    let bill = fixture("all.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    for _ in 0..2 {
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!(row.trade().unwrap().event, TradeEvent::Payment);
    }
    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    assert_eq!((row.total, row.settlement_total, row.fee), (Fen::ZERO, Some(Fen::ZERO), fee(-6000)));
    let TradeEvent::Refund(refund) = row.event else { panic!("a refund: {:?}", row.event) };
    assert_eq!(refund.refund_id, "50000000012026030100000000001");
    assert_eq!(refund.out_refund_no, Some("R20260301A@1"));
    assert_eq!((refund.refund, refund.settlement_refund), (Fen::new(990), Fen::new(990)));
    assert_eq!(refund.channel, Some(RefundChannel::Original));
    assert_eq!((refund.status, refund.applied_time), (BillRefundStatus::Processing, None));

    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    let TradeEvent::Reversal(Some(refund)) = row.event else { panic!("a reversal: {:?}", row.event) };
    assert_eq!((refund.out_refund_no, refund.refund), (None, Fen::new(10_000)));
    assert_eq!((refund.settlement_refund, refund.coupon_refund), (Fen::new(9000), Some(Fen::new(500))));
    assert!(reader.next_row().unwrap().is_none());
    assert!(reader.next_row().unwrap().is_none(), "the end stays");
    assert_eq!(reader.rows(), 4);
}

/// Reads a trade bill and adds it up; what does not agree, by title.
fn trade_differences(bill: &[u8]) -> Vec<&'static str> {
    let mut reader = BillReader::open(bill).unwrap();
    let mut sums = TradeSums::default();
    while let Some(row) = reader.next_row().unwrap() {
        sums.add(&row.trade().unwrap());
    }
    let summary = reader.summary().unwrap().trade().unwrap();
    sums.differences(&summary).into_iter().map(|difference| difference.title).collect()
}

#[test]
fn the_rows_of_every_trade_bill_add_up_to_its_summary() {
    for (name, kind) in [
        ("all.csv", BillKind::All),
        ("all_lf.csv", BillKind::All),
        ("success.csv", BillKind::Success),
        ("refund.csv", BillKind::Refund),
        ("recharge_refund.csv", BillKind::RechargeRefund),
        ("empty.csv", BillKind::All),
    ] {
        let bill = fixture(name);
        let reader = BillReader::open(&bill[..]).unwrap();
        assert_eq!((reader.kind(), reader.is_legacy()), (kind, false), "{name}");
        assert!(reader.kind().is_trade());
        assert_eq!(trade_differences(&bill), [""; 0], "{name}");
    }
}

#[test]
fn every_total_that_is_off_is_named() {
    let bill = String::from_utf8(fixture("all.csv")).unwrap();
    let totals = "`4,`119.90,`99.90,`5.00,`0.12000,`129.90,`109.90";
    assert!(bill.contains(totals));
    for (place, title) in [
        "总交易单数",
        "应结订单总金额",
        "退款总金额",
        "充值券退款总金额",
        "手续费总金额",
        "订单总金额",
        "申请退款总金额",
    ]
    .into_iter()
    .enumerate()
    {
        let mut changed: Vec<_> = totals.split(',').map(str::to_owned).collect();
        changed[place] = "`3".into();
        assert_eq!(trade_differences(bill.replace(totals, &changed.join(",")).as_bytes()), [title]);
    }
    let without_row: String =
        bill.lines().enumerate().filter(|(at, _)| *at != 2).map(|(_, line)| format!("{line}\n")).collect();
    assert_eq!(
        trade_differences(without_row.as_bytes()),
        ["总交易单数", "应结订单总金额", "手续费总金额", "订单总金额"]
    );
}

#[test]
fn the_summary_of_a_success_bill_may_have_four_columns() {
    let bill = fixture("success.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    reader.next_row().unwrap();
    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    assert_eq!(row.trade_type.unwrap().as_str(), "WXA_TOMORROW");
    assert_eq!((row.bank_type, row.goods_name), (None, None));
    assert!(reader.next_row().unwrap().is_none());
    let summary = reader.summary().unwrap();
    assert_eq!(summary.row().get("订单总金额"), Some("29.91"));
    let totals = summary.trade().unwrap();
    assert_eq!((totals.count, totals.total, totals.refund), (2, Some(Fen::new(2991)), None));
}

#[test]
fn a_refund_bill_has_the_times_of_refunds() {
    let bill = fixture("refund.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    let refund = row.refund().unwrap();
    assert_eq!(refund.applied_time, Some(at("2026-03-01T11:00:00+08:00")));
    assert_eq!(refund.success_time, Some(at("2026-03-01T11:00:05+08:00")));
    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    let refund = row.refund().unwrap();
    assert_eq!((refund.success_time, refund.status), (None, BillRefundStatus::Change));
    assert_eq!(refund.channel, Some(RefundChannel::OtherBalance));
}

#[test]
fn the_columns_of_before_2018_are_read() {
    let bill = fixture("legacy_all.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    assert!(reader.is_legacy());
    let row = reader.next_row().unwrap().unwrap().trade().unwrap();
    assert_eq!((row.total, row.settlement_total, row.coupon), (Fen::new(1), None, Some(Fen::ZERO)));
    assert_eq!((row.sub_mchid, row.fee), (None, fee(6)));
    assert_eq!(row.fee.unwrap().exact_fen(), None);
    assert_eq!(trade_differences(&bill), [""; 0]);
}

#[test]
fn fund_flows_of_both_protocols_are_read_and_add_up() {
    for (name, rows) in [("fund_flow.csv", 4), ("fund_flow_v2.csv", 2), ("sub_merchant_fund_flow.csv", 2)] {
        let bill = fixture(name);
        let mut reader = BillReader::open(&bill[..]).unwrap();
        assert_eq!(reader.kind(), BillKind::FundFlow, "{name}");
        let mut sums = FundFlowSums::default();
        while let Some(row) = reader.next_row().unwrap() {
            sums.add(&row.fund_flow().unwrap());
        }
        let summary = reader.summary().unwrap().fund_flow().unwrap();
        assert_eq!((summary.count, sums.differences(&summary)), (rows, vec![]), "{name}");
    }
}

#[test]
fn a_row_of_a_fund_flow_is_read_to_the_last_column() {
    let bill = fixture("fund_flow_v2.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    let row = reader.next_row().unwrap().unwrap();
    for title in ["收支金额(元)", "收支金额（元）"] {
        assert_eq!(row.get(title), Some("0.02"));
    }
    let flow = row.fund_flow().unwrap();
    assert_eq!(flow.time, at("2018-02-01T04:21:23+08:00"));
    assert_eq!(flow.business_no, Some("50000305742018020103387128253"));
    assert_eq!(flow.flow_no, "1900009231201802015884652186");
    assert_eq!((flow.business_name, flow.business_type), (Some("退款"), Some("退款")));
    assert_eq!(flow.direction, FlowDirection::Expense);
    assert_eq!((flow.amount, flow.balance), (Fen::new(2), Fen::new(17)));
    assert_eq!((flow.applicant, flow.remark), (Some("system"), Some("缺货")));
    assert_eq!(flow.voucher_no, Some("REF4200000068201801293084726067"));
    let shown = format!("{flow:?}");
    assert!(shown.contains(flow.flow_no) && !shown.contains("缺货") && !shown.contains("system"), "{shown}");
}

#[test]
fn a_bill_of_an_unknown_type_is_read_by_title() {
    let bill = fixture("profit_sharing.csv");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    assert_eq!(reader.kind(), BillKind::Other);
    assert_eq!(reader.titles().next(), Some("时间"));
    let row = reader.next_row().unwrap().unwrap();
    assert_eq!(row.get("接收方"), Some("1900000110"));
    let fault = row.trade().unwrap_err();
    assert_eq!(fault.to_string(), "line 2, 交易时间: there is no such column");
    reader.next_row().unwrap().unwrap();
    assert!(reader.next_row().unwrap().is_none());
    assert_eq!(reader.summary().unwrap().row().get("总金额"), Some("31.00"));
}

#[test]
fn line_ends_the_byte_order_mark_and_compression_make_no_difference() {
    for name in ["all.csv", "success.csv", "legacy_all.csv", "fund_flow.csv", "empty.csv"] {
        let bill = fixture(name);
        let expected = cells(&bill[..]).unwrap();
        let text = String::from_utf8(bill.clone()).unwrap();
        let plain = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        for variant in [
            plain.clone(),
            plain.replace('\n', "\r\n"),
            format!("\u{feff}{plain}"),
            plain.trim_end().to_owned(),
            plain.replace('\n', "\n\n"),
            plain.replace('\n', "\r\n\r\n"),
        ] {
            assert_eq!(cells(variant.as_bytes()).unwrap(), expected, "{name}");
            let compressed = gzipped(variant.as_bytes());
            assert_eq!(cells(&compressed[..]).unwrap(), expected, "{name} compressed");
            for capacity in [1, 7] {
                let drops = BufReader::with_capacity(capacity, variant.as_bytes());
                assert_eq!(cells(drops).unwrap(), expected, "{name} by {capacity}");
                let drops = BufReader::with_capacity(capacity, &compressed[..]);
                assert_eq!(cells(drops).unwrap(), expected, "{name} compressed, by {capacity}");
            }
        }
        let (one, other) = plain.as_bytes().split_at(plain.len() / 2);
        let members = [gzipped(one), gzipped(other)].concat();
        assert_eq!(cells(&members[..]).unwrap(), expected, "{name} in two members");
    }
}
