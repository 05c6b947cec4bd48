#include "helpers/lab/qmp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <nlohmann/json.hpp>
#include <thread>

#include "helpers/base/deadline.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr char kGreeting[] =
    R"({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": []}})"
    "\r\n";
constexpr char kDone[] = "{\"return\": {}}\r\n";

Deadline Soon() { return Deadline::In(seconds(10)); }

/// Returns a watch over a QEMU that uses no CPU time.
Watch Patient(milliseconds still = seconds(10)) {
  return {{seconds(10), still}, [] { return std::chrono::nanoseconds(0); }, {}, milliseconds(10)};
}

/// QEMU's end of the monitor: sends a text, then answers each line with the next one.
class FakeQemu {
 public:
  FakeQemu(std::string first_words, std::vector<std::string> answers) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    client_ = UniqueFd(ends[0]);
    thread_ = std::thread([this, server = UniqueFd(ends[1]), words = std::move(first_words),
                           answers = std::move(answers)] { Serve(server, words, answers); });
  }
  ~FakeQemu() { Join(); }

  Result<Qmp> Negotiate() {
    Watch watch = Patient();
    return Qmp::Negotiate(std::move(client_), watch);
  }

  /// Returns the commands received, once every answer is sent or the client has closed.
  std::vector<std::string> Received() {
    Join();
    return heard_;
  }

 private:
  void Serve(const UniqueFd& server, const std::string& first_words,
             const std::vector<std::string>& answers) {
    if (!SendAll(server, first_words, Soon()).ok()) return;
    std::string buffered;
    for (const std::string& answer : answers) {
      auto line = TakeLine(buffered);
      while (!line) {
        const auto text = ReadSome(server, Soon());
        if (!text.ok() || text->empty()) return;
        buffered += *text;
        line = TakeLine(buffered);
      }
      heard_.push_back(*line);
      if (!SendAll(server, answer, Soon()).ok()) return;
    }
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  UniqueFd client_;
  std::thread thread_;
  std::vector<std::string> heard_;
};

TEST(Qmp, LeavesNegotiationModeAndExecutesCommands) {
  Watch watch = Patient();
  FakeQemu qemu(kGreeting, {kDone, "{\"return\": {\"status\": \"running\"}}\r\n", kDone});
  auto qmp = qemu.Negotiate();
  ASSERT_TRUE(qmp.ok()) << qmp.error().ToString();
  const auto status = qmp->Execute("query-status", json::object(), watch);
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_EQ(*status, (json{{"status", "running"}}));
  EXPECT_TRUE(qmp->Execute("migrate", {{"uri", "exec:cat > 'a \"file\"'"}}, watch).ok());
  EXPECT_THAT(
      qemu.Received(),
      ElementsAre(R"({"arguments":{},"execute":"qmp_capabilities"})",
                  R"({"arguments":{},"execute":"query-status"})",
                  R"({"arguments":{"uri":"exec:cat > 'a \"file\"'"},"execute":"migrate"})"));
}

TEST(Qmp, SkipsEvents) {
  Watch watch = Patient();
  const std::string event = R"({"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"})"
                            "\r\n";
  FakeQemu qemu(kGreeting, {event + kDone, event + event + "{\"return\": 7}\r\n"});
  auto qmp = qemu.Negotiate();
  ASSERT_TRUE(qmp.ok()) << qmp.error().ToString();
  EXPECT_EQ(*qmp->Execute("stop", json::object(), watch), 7);
}

TEST(Qmp, ReadsAnswersThatArriveInPieces) {
  FakeQemu qemu(std::string(kGreeting) + "{\"event\": \"RES", {"ET\"}\r\n{\"return\": {}}\r\n"});
  EXPECT_TRUE(qemu.Negotiate().ok());
}

TEST(Qmp, QemusErrorIsAnError) {
  Watch watch = Patient();
  const std::string unknown =
      R"({"error": {"class": "CommandNotFound", "desc": "The command x is unknown"}})"
      "\r\n";
  FakeQemu qemu(kGreeting,
                {kDone, unknown, "{\"error\": {}}\r\n", "{\"error\": \"no object\"}\r\n", kDone});
  auto qmp = qemu.Negotiate();
  ASSERT_TRUE(qmp.ok()) << qmp.error().ToString();
  EXPECT_EQ(qmp->Execute("x", json::object(), watch).error().ToString(),
            "QMP command: x: The command x is unknown");
  EXPECT_EQ(qmp->Execute("y", json::object(), watch).error().ToString(),
            "QMP command: y: {\"error\":{}}");
  EXPECT_EQ(qmp->Execute("z", json::object(), watch).error().ToString(),
            "QMP command: z: {\"error\":\"no object\"}");
  EXPECT_TRUE(qmp->Execute("stop", json::object(), watch).ok()) << "usable after an error";
}

TEST(Qmp, AnErrorOfAnyOtherTypeIsAnErrorToo) {
  Watch watch = Patient();
  FakeQemu qemu(kGreeting, {kDone, "{\"error\": [1]}\r\n", "{\"error\": {\"desc\": [2]}}\r\n"});
  auto qmp = qemu.Negotiate();
  ASSERT_TRUE(qmp.ok()) << qmp.error().ToString();
  EXPECT_EQ(qmp->Execute("x", json::object(), watch).error().ToString(),
            "QMP command: x: {\"error\":[1]}");
  EXPECT_EQ(qmp->Execute("y", json::object(), watch).error().ToString(), "QMP command: y: [2]");
}

TEST(Qmp, FailsWithoutAGreeting) {
  EXPECT_EQ(FakeQemu("{\"hello\": 1}\r\n", {}).Negotiate().error().ToString(),
            "QMP handshake: QEMU: not a greeting: {\"hello\":1}");
  EXPECT_EQ(FakeQemu("login:\n", {}).Negotiate().error().ToString(),
            "QMP: QEMU: not a JSON object: login:");
  EXPECT_EQ(FakeQemu("[]\n", {}).Negotiate().error().ToString(),
            "QMP: QEMU: not a JSON object: []");
}

TEST(Qmp, FailsWhenQemuClosesTheConnection) {
  Watch watch = Patient();
  EXPECT_EQ(FakeQemu("", {}).Negotiate().error().ToString(), "QMP: QEMU: connection closed");
  FakeQemu qemu(kGreeting, {kDone});
  auto qmp = qemu.Negotiate();
  ASSERT_TRUE(qmp.ok()) << qmp.error().ToString();
  qemu.Received();
  EXPECT_FALSE(qmp->Execute("stop", json::object(), watch).ok());
}

TEST(Qmp, DoesNotWaitForAQemuThatDoesNotRun) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const UniqueFd silent(ends[1]);
  Watch watch = Patient(milliseconds(50));
  EXPECT_THAT(Qmp::Negotiate(UniqueFd(ends[0]), watch).error().ToString(),
              ::testing::HasSubstr("the VM does not run"));
}

}  // namespace
}  // namespace dualpath::lab
