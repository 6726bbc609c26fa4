"""`wechatpayv3` from login to refund.

Arguments: the key mode, `certificate` or `public-key`, and `address` (the client is told another address than
the platform's) or `proxy` (nothing is changed in the client; it finds the platform through a proxy).
"""

import json
import shutil
import sys
import time

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from wechatpayv3 import WeChatPay, WeChatPayType

from peer import Notified, Simulator, same, step

key_mode, way = sys.argv[1:]
sim = Simulator(key_mode, proxy=way == "proxy")
env = sim.env


def client(private_key=None, apiv3_key=None):
    keys = {}
    if key_mode == "public-key":
        keys = {"public_key": sim.text("PLATFORM_PUBLIC_KEY"), "public_key_id": env["PLATFORM_PUBLIC_KEY_ID"]}
    elif way == "address" or private_key or apiv3_key:
        # Without one, the client fetches them at once: before it can be told another address, and in vain
        # with a key that is not its own.
        folder = sim.folder / "certificates"
        folder.mkdir(exist_ok=True)
        shutil.copy(env["PLATFORM_CERT"], folder / "platform.pem")
        keys = {"cert_dir": str(folder)}
    wx = WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=env["MCHID"],
        appid=env["APPID"],
        private_key=private_key or sim.text("MCH_PRIVATE_KEY"),
        cert_serial_no=env["MCH_SERIAL"],
        apiv3_key=apiv3_key or env["APIV3_KEY"],
        **keys,
    )
    if way == "address":
        wx._core._gate_way = env["WXPAY_BASE_URL"]
    return wx


def said(answer, status=200):
    code, message = answer
    same(code, status)
    return json.loads(message) if message else None


wx = client()
notified = Notified(lambda headers, body: wx.callback(headers, body))

step("logs in")
login = {"appid": env["APPID"], "secret": env["APP_SECRET"], "grant_type": "authorization_code"}
answer = requests.get(sim.base + "/sns/jscode2session", {**login, "js_code": sim.login_code()}).json()
openid = answer["openid"]
same(openid, env["OPENID"])

if key_mode == "certificate":
    step("fetches the platform's certificates and trusts nothing else")
    wx._core._certificates.clear()
    wx._core._update_certificates()
    serials = [f"{one.serial_number:X}" for one in wx._core._certificates]
    same(serials, [env["PLATFORM_CERT_SERIAL"]])


def prepay(number, total=990, **more):
    return wx.pay("龙井茶 Longjing", number, {"total": total, "currency": "CNY"}, notify_url=notified.url, **more)


step("prepays, and the invocation it signs opens the cashier")
prepay_id = said(prepay("PY0001", payer={"openid": openid}, attach="桌 7"))["prepay_id"]
stamp, nonce, package = str(int(time.time())), "5K8264ILTKCH16CQ2502SI8ZNMTM67VS", f"prepay_id={prepay_id}"
signed = {
    "appid": env["APPID"],
    "timeStamp": stamp,
    "nonceStr": nonce,
    "package": package,
    "signType": "RSA",
    "paySign": wx.sign([env["APPID"], stamp, nonce, package]),
}
assert sim.opens_cashier(**signed), "the cashier refuses the client's signature"
assert not sim.opens_cashier(**{**signed, "timeStamp": str(int(stamp) + 1)}), "the cashier takes anything"

step("asks about the unpaid order")
same(said(wx.query(out_trade_no="PY0001"))["trade_state"], "NOTPAY")

step("is notified of the payment")
sim.pay("PY0001")
event = notified.next()
same((event["event_type"], event["resource_type"]), ("TRANSACTION.SUCCESS", "encrypt-resource"))
paid = event["resource"]
same((paid["out_trade_no"], paid["trade_state"], paid["attach"]), ("PY0001", "SUCCESS", "桌 7"))
same((paid["amount"]["total"], paid["amount"]["payer_total"], paid["payer"]["openid"]), (990, 990, openid))
headers, body = notified.raw[0]
assert wx.callback(headers, body.replace(b"TRANSACTION", b"TRANSACTIOM")) is None, "the client verifies nothing"

step("asks about the paid order, by either number")
for asked in ({"out_trade_no": "PY0001"}, {"transaction_id": paid["transaction_id"]}):
    order = said(wx.query(**asked))
    same((order["trade_state"], order["amount"]["total"]), ("SUCCESS", 990))
    same(order["transaction_id"], paid["transaction_id"])

step("closes another order")
said(prepay("PY0002", payer={"openid": openid}))
said(wx.close("PY0002"), 204)
same(said(wx.query(out_trade_no="PY0002"))["trade_state"], "CLOSED")

step("refunds a part and is notified")
amount = {"refund": 290, "total": 990, "currency": "CNY"}
refund = said(
    wx.refund("PYR0001", amount, transaction_id=paid["transaction_id"], reason="少一盒", notify_url=notified.url)
)
same((refund["status"], refund["amount"]["refund"]), ("PROCESSING", 290))
sim.advance(60)
event = notified.next()
same(event["event_type"], "REFUND.SUCCESS")
same((event["resource"]["refund_status"], event["resource"]["amount"]["refund"]), ("SUCCESS", 290))
refund = said(wx.query_refund("PYR0001"))
same((refund["status"], refund["amount"]["refund"], refund["amount"]["total"]), ("SUCCESS", 290, 990))
same(said(wx.query(out_trade_no="PY0001"))["trade_state"], "REFUND")

step("is refused what it must be refused")
code, message = wx.refund("PYR0002", {"refund": 701, "total": 990, "currency": "CNY"}, out_trade_no="PY0001")
same(code, 400)
same(said(wx.query(out_trade_no="NOBODY"), 404)["code"], "ORDER_NOT_EXIST")
stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
same(said(client(private_key=stranger.decode()).query(out_trade_no="PY0001"), 401)["code"], "SIGN_ERROR")
assert client(apiv3_key="0" * 32).callback(headers, body) is None, "another key opens the resource"
