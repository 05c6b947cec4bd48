#include "ci/tests/browser.h"

#include <unistd.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <iterator>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::tests {
namespace {

using nlohmann::json;

/// Returns the port in "ChromeDriver was started successfully on port 43215."
std::string PortIn(const std::string& log) {
  const std::string words = "successfully on port ";
  const std::size_t at = log.find(words);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + words.size();
  const std::size_t end = log.find_first_not_of("0123456789", begin);
  return end == std::string::npos ? "" : log.substr(begin, end - begin);
}

}  // namespace

Result<Browser> Browser::Start(Deadline deadline) {
  DUALPATH_TRY(TemporaryDirectory directory, TemporaryDirectory::Create());
  const std::string log = directory.path() + "/chromedriver.log";
  DUALPATH_TRY(process::Background driver,
               process::Background::Start({{"chromedriver", "--port=0"}}, {log}));
  std::string port;
  DUALPATH_TRY_STATUS(WaitUntil("start", "chromedriver", deadline, [&]() -> std::string {
    const auto text = ReadFile(log);
    if (text.ok()) port = PortIn(*text);
    if (!port.empty()) return "";
    return text.ok() ? "no port in its output: " + *text : text.error().ToString();
  }));
  Browser browser(std::move(directory), std::move(driver), port);
  DUALPATH_TRY_STATUS(browser.OpenSession(deadline));
  return browser;
}

Status Browser::OpenSession(Deadline deadline) {
  json arguments = {"--headless=new", "--window-size=1280,800", "--disable-gpu",
                    "--disable-dev-shm-usage", "--user-data-dir=" + directory_.path() + "/profile"};
  // Chromium's sandbox does not support root.
  if (::geteuid() == 0) arguments.push_back("--no-sandbox");
  const json wanted = {{"browserName", "chrome"},
                       {"goog:chromeOptions", {{"args", arguments}}},
                       {"goog:loggingPrefs", {{"browser", "ALL"}}}};
  DUALPATH_TRY(const json answer,
               Post("/session", {{"capabilities", {{"alwaysMatch", wanted}}}}, deadline));
  session_ = "/session/" + answer.value("sessionId", "");
  return Ok{};
}

Result<json> Browser::Request(const std::string& method, const std::string& command,
                              const std::string& content, Deadline deadline) {
  const std::string what = "request of chromedriver: " + command.substr(session_.size());
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(deadline.Remaining());
  stream.connect("127.0.0.1", port_);
  stream << method << " " << command << " HTTP/1.1\r\nHost: 127.0.0.1:" << port_
         << "\r\nContent-Type: application/json\r\nContent-Length: " << content.size()
         << "\r\nConnection: close\r\n\r\n"
         << content << std::flush;
  std::size_t length = 0;
  for (std::string line; std::getline(stream, line) && line != "\r";) {
    const std::string name = "content-length:";
    if (!boost::istarts_with(line, name)) continue;
    const std::string value = boost::trim_copy(line.substr(name.size()));
    const auto parsed = ParseWhole<std::size_t>(value);
    if (!parsed) return Error::Because(what, "127.0.0.1:" + port_, "invalid header: " + line);
    length = *parsed;
  }
  std::string text(length, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(length));
  if (!stream) return Error::Because(what, "127.0.0.1:" + port_, stream.error().message());
  const json answer = json::parse(text, nullptr, false);
  const auto value = answer.find("value");
  if (answer.is_discarded() || value == answer.end()) return Error::Because(what, "answer", text);
  if (value->is_object() && value->contains("error")) {
    return Error::Because(what, value->value("error", ""), value->value("message", ""));
  }
  return *value;
}

Status Browser::Close(Deadline deadline) {
  DUALPATH_TRY_STATUS(Request("DELETE", session_, "", deadline));
  return Ok{};
}

Status Browser::Open(const std::string& file, Deadline deadline) {
  DUALPATH_TRY_STATUS(Post(session_ + "/url", {{"url", "file://" + file}}, deadline));
  return WaitUntil("open", file, deadline, [&]() -> std::string {
    const auto ready = Evaluate("return document.documentElement.dataset.ready || ''", deadline);
    if (!ready.ok()) return ready.error().ToString();
    return ready->get<std::string>().empty() ? "the page is not drawn yet" : "";
  });
}

Result<json> Browser::Evaluate(const std::string& script, Deadline deadline) {
  return Post(session_ + "/execute/sync", {{"script", script}, {"args", json::array()}}, deadline);
}

Status Browser::Click(int x, int y, Deadline deadline) {
  const json actions = {{{"type", "pointerMove"}, {"duration", 0}, {"x", x}, {"y", y}},
                        {{"type", "pointerDown"}, {"button", 0}},
                        {{"type", "pointerUp"}, {"button", 0}}};
  const json mouse = {{"type", "pointer"}, {"id", "mouse"}, {"actions", actions}};
  return Act(mouse, deadline);
}

Status Browser::Wheel(int x, int y, int delta, Deadline deadline) {
  const json turn = {{"type", "scroll"}, {"duration", 0}, {"x", x},
                     {"y", y},           {"deltaX", 0},   {"deltaY", delta}};
  const json wheel = {{"type", "wheel"}, {"id", "wheel"}, {"actions", json::array({turn})}};
  return Act(wheel, deadline);
}

Status Browser::Press(const std::string& key, Deadline deadline) {
  const json actions = {{{"type", "keyDown"}, {"value", key}}, {{"type", "keyUp"}, {"value", key}}};
  const json keyboard = {{"type", "key"}, {"id", "keyboard"}, {"actions", actions}};
  return Act(keyboard, deadline);
}

Status Browser::Act(const json& device, Deadline deadline) {
  DUALPATH_TRY_STATUS(Post(session_ + "/actions", {{"actions", json::array({device})}}, deadline));
  // Chromium delivers wheel events with the next frame, and the page draws in the following one.
  constexpr char kTwoFrames[] =
      "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))";
  DUALPATH_TRY_STATUS(Post(session_ + "/execute/async",
                           {{"script", kTwoFrames}, {"args", json::array()}}, deadline));
  return Ok{};
}

Result<std::vector<std::string>> Browser::ConsoleMessages(Deadline deadline) {
  DUALPATH_TRY(const json entries, Post(session_ + "/se/log", {{"type", "browser"}}, deadline));
  std::vector<std::string> messages;
  for (const json& entry : entries) {
    const std::string level = entry.value("level", "");
    if (level == "SEVERE" || level == "WARNING") messages.push_back(entry.value("message", ""));
  }
  return messages;
}

}  // namespace dualpath::tests
