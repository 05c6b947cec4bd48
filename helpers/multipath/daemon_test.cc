#include "helpers/multipath/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "helpers/multipath/fake_daemon.h"

namespace dualpath::multipath {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A fake that returns the same answer to every command, and its client.
struct Pair {
  explicit Pair(const std::string& answer)
      : Pair([answer](const std::string& /*command*/) { return answer; }) {}
  explicit Pair(const FakeDaemon::Answer& answer)
      : name(UniqueAbstractName()), fake(name, answer), daemon({name}) {}

  std::string name;
  FakeDaemon fake;
  Daemon daemon;
};

Deadline Soon() { return Deadline::In(seconds(10)); }

TEST(Daemon, SendsACommandAndReturnsTheReply) {
  Pair pair(Reply("pid 77 idle\n"));
  const auto reply = pair.daemon.Ask("show daemon", Soon());
  ASSERT_TRUE(reply.ok()) << reply.error().ToString();
  EXPECT_EQ(*reply, "pid 77 idle\n");
  EXPECT_THAT(pair.fake.commands(), ElementsAre("show daemon"));
}

TEST(Daemon, ReturnsALongReplyWhole) {
  std::string text;
  for (int i = 0; i < 300000; ++i) text += std::to_string(i) + "\n";
  Pair pair(Reply(text));
  const auto reply = pair.daemon.Ask("show maps topology", Soon());
  ASSERT_TRUE(reply.ok()) << reply.error().ToString();
  EXPECT_EQ(*reply, text);
}

TEST(Daemon, AReplyCutShortIsAnError) {
  Pair pair(Framed(100, "only this"));
  const auto reply = pair.daemon.Ask("show paths", Soon());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().ToString(),
            "ask multipathd: show paths: multipathd closed the connection during the reply (9 of "
            "100 bytes)");

  Pair mute(std::string(3, '\1'));
  EXPECT_EQ(mute.daemon.Ask("show paths", Soon()).error().reason(),
            "multipathd closed the connection during the reply's length (3 of 8 bytes)");
}

TEST(Daemon, AnImpossibleLengthIsAnError) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{1} << 40U}) {
    Pair pair(Framed(length, "x"));
    const auto reply = pair.daemon.Ask("show paths", Soon());
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().reason(), "the reply announces a length of " + std::to_string(length) +
                                          " bytes; is this multipathd's socket?");
  }
}

TEST(Daemon, AHangingDaemonEndsAtTheDeadline) {
  Pair pair("");
  const auto started = Deadline::Clock::now();
  const auto reply = pair.daemon.Ask("show paths", Deadline::InUnscaled(milliseconds(100)));
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().ToString(),
            "ask multipathd: show paths: deadline expired while waiting for the reply's length (0 "
            "of 8 bytes)");
  EXPECT_LT(Deadline::Clock::now() - started, seconds(5));
}

TEST(Daemon, TheErrorForAStoppedDaemonNamesTheCommandThatStartsIt) {
  const std::string name = UniqueAbstractName();
  const Daemon daemon({name, "/nonexistent/multipathd.socket"});
  const auto reply = daemon.Ask("show paths", Soon());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().ToString(),
            "ask multipathd: show paths: multipathd is not running: nothing listens on " + name +
                " or /nonexistent/multipathd.socket; start it by 'systemctl start multipathd'");
  const auto running = daemon.Running();
  ASSERT_TRUE(running.ok()) << running.error().ToString();
  EXPECT_FALSE(*running);
}

TEST(Daemon, TheSecondSocketIsTriedIfTheFirstIsMissing) {
  const std::string path =
      ::testing::TempDir() + "dualpath-multipathd-" + std::to_string(::getpid()) + ".socket";
  ::unlink(path.c_str());
  const FakeDaemon fake(path, [](const std::string& /*command*/) { return Reply("ok\n"); });
  const Daemon daemon({UniqueAbstractName(), path});
  const auto running = daemon.Running();
  ASSERT_TRUE(running.ok()) << running.error().ToString();
  EXPECT_TRUE(*running);
}

TEST(Daemon, AnOverlongSocketNameIsAnError) {
  const auto reply = Daemon({std::string(200, 'x')}).Ask("show paths", Soon());
  ASSERT_FALSE(reply.ok());
  EXPECT_THAT(reply.error().ToString(), HasSubstr("ask multipathd 'show paths': connect to: xxx"));
}

TEST(Daemon, TopologyComesFromJsonWhereSupported) {
  Pair pair(Reply(R"({"maps": [{"name": "mpatha", "path_groups": []}]})"));
  const auto topology = pair.daemon.ShowTopology(Soon());
  ASSERT_TRUE(topology.ok()) << topology.error().ToString();
  EXPECT_NE(topology->Find("mpatha"), nullptr);
  EXPECT_THAT(pair.fake.commands(), ElementsAre("show maps json"));
}

TEST(Daemon, TopologyComesFromTextOtherwise) {
  Pair pair([](const std::string& command) {
    if (command != "show maps topology") return Reply("fail\n");
    return Reply(
        "mpathc (36001405abc) dm-0 LIO-ORG ,storage\n"
        "size=1.0G features='0' hwhandler='0' wp=rw\n"
        "`-+- policy='service-time 0' prio=1 status=active\n"
        "  `- 4:0:1:0 sdc 8:32 active ready running\n");
  });
  const auto topology = pair.daemon.ShowTopology(Soon());
  ASSERT_TRUE(topology.ok()) << topology.error().ToString();
  ASSERT_THAT(topology->maps, SizeIs(1));
  EXPECT_EQ(topology->maps[0].groups[0].paths[0].hctl, "4:0:1:0");
  EXPECT_THAT(pair.fake.commands(), ElementsAre("show maps json", "show maps topology"));
}

TEST(Daemon, NoMapsIsAnEmptyTopologyAndARefusalIsAnError) {
  Pair empty(Reply("ok\n"));
  const auto none = empty.daemon.ShowTopology(Soon());
  ASSERT_TRUE(none.ok()) << none.error().ToString();
  EXPECT_THAT(none->maps, SizeIs(0));

  Pair refusing(Reply("permission deny: need to be root\n"));
  const auto refused = refusing.daemon.ShowTopology(Soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().ToString(),
            "ask multipathd: show maps topology: the answer is 'permission deny: need to be root'");
}

TEST(Daemon, ShowsAColumnOfTheRequestedLine) {
  Pair pair(
      Reply("uuid    |queueing|\n"
            "36001405|10 chk  |\n"
            "36001406|off     |\n"));
  const auto queueing = pair.daemon.ShowColumn("maps", "%w", "36001406", "%Q", Soon());
  ASSERT_TRUE(queueing.ok()) << queueing.error().ToString();
  EXPECT_EQ(*queueing, "off");
  EXPECT_THAT(pair.fake.commands(), ElementsAre("show maps format %w|%Q|"));

  const auto missing = pair.daemon.ShowColumn("maps", "%w", "36001407", "%Q", Soon());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().ToString(), HasSubstr("36001406|off"));
}

TEST(Daemon, WaitsUntilThePathIsListedByItsWholeName) {
  std::atomic<int> asked{0};
  Pair pair([&](const std::string& /*command*/) {
    return Reply(++asked < 3 ? "|hcil    |\n|13:0:1:0|\n" : "|hcil    |\n|13:0:1:0|\n|3:0:1:0 |\n");
  });
  const Status known = pair.daemon.AwaitListed("3:0:1:0", true, Soon());
  ASSERT_TRUE(known.ok()) << known.error().ToString();
  EXPECT_EQ(asked, 3);
  EXPECT_THAT(pair.fake.commands(), Each("show paths format |%i|"));
  EXPECT_TRUE(pair.daemon.AwaitListed("3:0:1:1", false, Soon()).ok());

  const Status still = pair.daemon.AwaitListed("3:0:1:0", false, Deadline::In(milliseconds(20)));
  ASSERT_FALSE(still.ok());
  EXPECT_THAT(
      still.error().ToString(),
      AllOf(HasSubstr("wait until multipathd has removed path: 3:0:1:0"), HasSubstr("|3:0:1:0 |")));
}

TEST(Daemon, NextCheckReturnsTheTimeLeftAndTheInterval) {
  Pair pair(
      Reply("hcil   |next_check    |\n"
            "3:0:1:0|XXXXXX.... 3/5|\n"
            "4:0:1:0|orphan        |\n"));
  const auto due = pair.daemon.NextCheck("3:0:1:0", Soon());
  ASSERT_TRUE(due.ok()) << due.error().ToString();
  EXPECT_EQ(due->left, seconds(3));
  EXPECT_EQ(due->interval, seconds(5));

  const auto orphan = pair.daemon.NextCheck("4:0:1:0", Soon());
  ASSERT_FALSE(orphan.ok());
  EXPECT_EQ(orphan.error().ToString(),
            "ask multipathd for the next check of: 4:0:1:0: the answer is 'orphan'");
}

TEST(Daemon, PidComesFromShowDaemon) {
  Pair pair(Reply("pid 1021 idle\n"));
  const auto pid = pair.daemon.Pid(Soon());
  ASSERT_TRUE(pid.ok()) << pid.error().ToString();
  EXPECT_EQ(*pid, 1021);
  EXPECT_THAT(pair.fake.commands(), ElementsAre("show daemon"));

  for (const std::string reply : {"fail", "pid none idle", "pid -1 idle"}) {
    Pair odd((Reply(reply)));
    const auto none = odd.daemon.Pid(Soon());
    ASSERT_FALSE(none.ok()) << reply;
    EXPECT_EQ(none.error().ToString(),
              "ask multipathd: show daemon: the answer is '" + reply + "'");
  }
}

TEST(Daemon, LogsAMarkByRemovingAPathThatItDoesNotHave) {
  Pair pair(Reply("fail\n"));
  EXPECT_TRUE(pair.daemon.LogMark("dualpath-mark-7-1.", Soon()).ok());
  EXPECT_THAT(pair.fake.commands(), ElementsAre("del path dualpath-mark-7-1."));
}

TEST(Daemon, LogsAMarkOnceItIsNoLongerBusy) {
  Pair pair([count = 0](const std::string& /*command*/) mutable {
    return Reply(++count < 3 ? "timeout\n" : "fail\n");
  });
  EXPECT_TRUE(pair.daemon.LogMark("dualpath-mark-7-1.", Soon()).ok());
  EXPECT_THAT(pair.fake.commands(), SizeIs(3));
}

TEST(Daemon, SaysWhetherItHasUeventsLeft) {
  Pair idle(Reply("path checker states:\nup                  2\n\npaths: 2\nbusy: False\n"));
  EXPECT_FALSE(idle.daemon.Busy(Soon()).value());
  EXPECT_THAT(idle.fake.commands(), ElementsAre("show status"));
  Pair busy(Reply("Paths: 2\nBusy: True\n"));
  EXPECT_TRUE(busy.daemon.Busy(Soon()).value());
  Pair odd(Reply("fail\n"));
  EXPECT_FALSE(odd.daemon.Busy(Soon()).ok());
}

TEST(Daemon, AnyReplyToReconfigureButOkIsAnError) {
  Pair willing(Reply("ok\n"));
  EXPECT_TRUE(willing.daemon.Reconfigure(Soon()).ok());
  EXPECT_THAT(willing.fake.commands(), ElementsAre("reconfigure"));

  Pair unwilling(Reply("timeout\n"));
  const Status status = unwilling.daemon.Reconfigure(Deadline::In(milliseconds(200)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(), "ask multipathd: reconfigure: the answer is 'timeout'");
}

TEST(Daemon, ACommandIsRepeatedWhileMultipathdIsBusyAndARefusalIsAnError) {
  Pair pair([count = 0](const std::string& /*command*/) mutable {
    return Reply(++count < 3 ? "timeout\n" : "fail\nmap or partition in use\n");
  });
  const Status status = pair.daemon.Execute("del map mpatha", Soon());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "ask multipathd: del map mpatha: the answer is 'fail: map or partition in use'");
  EXPECT_THAT(pair.fake.commands(), AllOf(SizeIs(3), Each("del map mpatha")));
}

}  // namespace
}  // namespace dualpath::multipath
