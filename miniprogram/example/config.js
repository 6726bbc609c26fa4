// The address of your Tongbao server. On a phone it must be https and listed among the request
// domains of the mini program (开发管理 → 服务器域名); in the developer tools an http address works
// while "不校验合法域名" is on.
export const baseUrl = 'http://127.0.0.1:8080';
