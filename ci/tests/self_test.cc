// What a case comes to that misbehaves on purpose (ci/tests/self): its exit code, its element in
// junit.xml, and the files that remain to explain it. Each runs in a lab VM, as a case of the suite
// does.
//
// Catalogue of Misbehaving.ComesToItsVerdict: O5

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "ci/tests/exec_fixture.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Matcher;

/// A file of the case's results.
struct Evidence {
  std::string file;
  std::string content{};  ///< part of it
};

/// A row of the table: a case, and what it comes to.
struct Misbehavior {
  std::string test;
  ExitCode code = kAllPassed;
  std::string verdict;           ///< element in junit.xml: passed, failure, error or skipped
  Matcher<std::string> message;  ///< of that element
  std::vector<Evidence> evidence;
  std::vector<std::string> options{};  ///< of `dualpath exec`
};

std::ostream& operator<<(std::ostream& out, const Misbehavior& row) { return out << row.test; }

using Files = std::vector<Evidence>;

Files operator+(Files files, const Files& more) {
  files.insert(files.end(), more.begin(), more.end());
  return files;
}

/// What remains of any VM.
const Files kVm = {{"console.log"}, {"qemu.log"}};

/// What the fixture writes at the end of a case.
const Files kPages =
    kVm + Files{{"timeline.html"}, {"records.ndjson"}, {"trace.json"}, {"gtest.xml"}};

/// What is gathered from a VM in which a case failed.
const Files kLayers = kVm + Files{{"journal.log", "multipathd"},
                                  {"kernel.log", "LIO-ORG"},
                                  {"multipath-ll.txt", "mpatha"},
                                  {"multipathd-paths.txt", "sd"},
                                  {"multipathd-config.txt"},
                                  {"dm-table.txt", "multipath"},
                                  {"dm-status.txt"},
                                  {"lsscsi.txt", "LIO-ORG"},
                                  {"configfs.txt", "loopback"},
                                  {"processes.txt", "qemu-system"},
                                  {"domain-dualpath-guest.xml", "lun"},
                                  {"qemu-dualpath-guest.log"},
                                  {"guest-console.log"}};

/// The message about something that the case left.
Matcher<std::string> Left(const std::string& thing) {
  return AllOf(HasSubstr("the case left this"), HasSubstr(thing));
}

/// The message about a daemon that did not outlive the case.
Matcher<std::string> Ended(const std::string& daemon) {
  return ContainsRegex(daemon + ".* ended during the case");
}

class Misbehaving : public ExecTest, public ::testing::WithParamInterface<Misbehavior> {};

TEST_P(Misbehaving, ComesToItsVerdict) {
  const Misbehavior& row = GetParam();
  ASSERT_OK_AND_ASSIGN(const process::Output output, Run(row.test, row.options));

  EXPECT_EQ(output.exit.code, row.code) << output.exit.ToString() << "\n" << output.err;
  ExpectVerdict(row.test, row.verdict, row.message);
  for (const Evidence& evidence : row.evidence) {
    const auto content = ReadFile(DirectoryOf(row.test) + "/" + evidence.file);
    ASSERT_OK(content);
    EXPECT_THAT(*content, HasSubstr(evidence.content)) << evidence.file;
  }
  ExpectOnlyRegularFiles(row.test);
  EXPECT_FALSE(fs::exists("/tmp/dualpath-self-test-target")) << "written through the VM's link";
  ExpectNothingLeft();
}

std::string Name(const ::testing::TestParamInfo<Misbehavior>& info) {
  std::string name = info.param.test;
  name.replace(name.find('.'), 1, "_");
  for (const std::string& option : info.param.options) {
    if (option == "--strict") name += "_Strict";
    if (option == "--stop-before") name += "_StopBefore" + info.param.options.back();
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Process, Misbehaving,
    ::testing::Values(
        Misbehavior{"ProcessEnd.Passes", kAllPassed, "passed", IsEmpty(), kPages},
        Misbehavior{"ProcessEnd.Fails", kCaseFailed, "failure", HasSubstr("rig().paths().size()"),
                    kPages + kLayers},
        Misbehavior{"ProcessEnd.Skips", kNothingRan, "skipped", HasSubstr("the self-test skips"),
                    kPages},
        Misbehavior{"ProcessEnd.Skips",
                    kCaseFailed,
                    "failure",
                    HasSubstr("the self-test skips"),
                    kPages,
                    {"--strict"}},
        Misbehavior{"LacksARequirement.IsSkipped",
                    kNothingRan,
                    "skipped",
                    HasSubstr("a self-test's thing is missing"),
                    {{"gtest.xml"}}},
        Misbehavior{"LacksARequirement.IsSkipped",
                    kCaseFailed,
                    "failure",
                    HasSubstr("a self-test's thing is missing"),
                    kLayers,
                    {"--strict"}},
        Misbehavior{"ProcessEnd.Crashes", kCaseFailed, "failure",
                    HasSubstr("was killed by signal 11 and left no report"), kLayers},
        Misbehavior{"ProcessEnd.Aborts", kCaseFailed, "failure",
                    HasSubstr("was killed by signal 6 and left no report"), kLayers},
        Misbehavior{"ProcessEnd.CrashesAfterItsReport", kCaseFailed, "failure",
                    HasSubstr("was killed by signal 11 after its report"), kPages + kLayers},
        Misbehavior{"ProcessEnd.ExitsAsIfPassed", kInfrastructure, "error",
                    HasSubstr("exit code 0 but no gtest report"), kVm},
        Misbehavior{"ProcessEnd.ExitsAsIfSkipped", kCaseFailed, "failure",
                    HasSubstr("exited with code 77 and left no report"), kLayers},
        Misbehavior{"ProcessEnd.ExitsAsIfWithoutVerdict", kCaseFailed, "failure",
                    HasSubstr("exited with code 69 and left no report"), kLayers},
        // An idle hour of virtual time takes seconds.
        Misbehavior{"ProcessEnd.WaitsForever", kCaseFailed, "failure",
                    HasSubstr("was stopped after 3600 s of virtual time"), kLayers},
        Misbehavior{"ProcessEnd.WaitsForeverAndIgnoresSigterm", kCaseFailed, "failure",
                    HasSubstr("was killed by signal 9"), kLayers},
        // 30 s, and three times 3 s, each four times in the lab.
        Misbehavior{"ProcessEnd.WaitsInVainAgainAndAgain", kCaseFailed, "failure",
                    HasSubstr("whose path groups are"),
                    kPages + kLayers +
                        Files{{"gtest.xml", "looked for 12 s only, since this case had waited"}}},
        Misbehavior{"ProcessEnd.AsksForAPathThatIsNotThere", kCaseFailed, "failure",
                    ContainsRegex("process_end.cc:[0-9]+: path.5.: the rig of mpatha "
                                  "has 2 paths, 0 to 1"),
                    kPages + kLayers},
        Misbehavior{
            "ProcessEnd.SwitchesGroups",
            kCaseFailed,
            "failure",
            HasSubstr("stopped before step 2: switch mpatha to path group 1"),
            kLayers +
                Files{{"records.ndjson", "to path group 2"}, {"timeline.html"}, {"snapshot/ram"}},
            {"--stop-before", "2"}},
        Misbehavior{"ProcessEnd.SwitchesGroups",
                    kCaseFailed,
                    "failure",
                    HasSubstr("the case has only 2 steps: 1 switch mpatha to path "
                              "group 2, 2 switch mpatha to path group 1"),
                    kPages + kLayers,
                    {"--stop-before", "3"}},
        Misbehavior{"ProcessEnd.NeverIsIdle",
                    kInfrastructure,
                    "error",
                    HasSubstr("no answer within 20 s of CPU time"),
                    kVm,
                    {"--timeout", "20"}}),
    Name);

INSTANTIATE_TEST_SUITE_P(
    Output, Misbehaving,
    ::testing::Values(
        Misbehavior{"Output.HasMarkersAndACaseFails", kCaseFailed, "failure",
                    HasSubstr("after the markers"), kPages + kLayers},
        Misbehavior{"Output.HasMarkersAndACaseCrashes", kCaseFailed, "failure",
                    HasSubstr("was killed by signal 11 and left no report"), kLayers},
        Misbehavior{"Output.HasMarkersAndACasePasses", kAllPassed, "passed", IsEmpty(), kPages},
        Misbehavior{"Output.IsEndless", kInfrastructure, "error",
                    HasSubstr("output port: the VM wrote more than 65536 KiB"), kVm},
        Misbehavior{"Output.IsEndlessOnTheConsole", kInfrastructure, "error",
                    HasSubstr("console.log is longer than 16 MiB"), kVm},
        Misbehavior{"Output.IsEndlessOnTheControlPort", kInfrastructure, "error",
                    HasSubstr("xxxxxxxx"), kVm},
        Misbehavior{"Output.IsALongLineOnTheControlPort", kInfrastructure, "error",
                    HasSubstr("control port: the VM wrote more than 64 KiB"), kVm},
        Misbehavior{"Output.IsEndlessOnTheResultsPort", kInfrastructure, "error",
                    HasSubstr("results port: the VM wrote more than 262144 KiB"), kVm},
        Misbehavior{"Output.ForgesTheEndOfACase", kInfrastructure, "error",
                    HasSubstr("does not look like a tar archive"), kVm},
        Misbehavior{"Output.IsUnknownToTheControlPort", kInfrastructure, "error",
                    HasSubstr("a line of nobody's"), kVm}),
    Name);

INSTANTIATE_TEST_SUITE_P(
    Results, Misbehaving,
    ::testing::Values(
        Misbehavior{"Results.HaveSpecialFiles", kAllPassed, "passed", IsEmpty(),
                    kPages + Files{{"regular.txt", "kept"}}},
        Misbehavior{"Results.HaveALinkInThePlaceOfEachFileOfOurs", kCaseFailed, "failure",
                    HasSubstr("so that logs are kept"), kPages + Files{{"timing.json"}}},
        Misbehavior{"Results.HaveAFifoAsReport", kInfrastructure, "error",
                    HasSubstr("no gtest report"), kVm},
        Misbehavior{"Results.HaveALinkAsReport", kInfrastructure, "error",
                    HasSubstr("no gtest report"), kVm},
        Misbehavior{"Results.HaveADamagedReport", kInfrastructure, "error",
                    HasSubstr("read gtest's report"), kVm},
        Misbehavior{"Results.HaveTheReportOfAnotherCase", kInfrastructure, "error",
                    HasSubstr("Other.Case"), kVm},
        Misbehavior{"Results.AreTooLarge", kInfrastructure, "error",
                    HasSubstr("results port: the VM wrote more than 262144 KiB"), kVm},
        Misbehavior{"Results.AreTooMany", kInfrastructure, "error", HasSubstr("too many files"),
                    kVm},
        Misbehavior{"Results.HaveNoRoom", kInfrastructure, "error", HasSubstr("wrote more than"),
                    kVm},
        Misbehavior{"Results.AreFromAVmWithAFullDisk", kAllPassed, "passed", IsEmpty(), kPages}),
    Name);

INSTANTIATE_TEST_SUITE_P(
    Machine, Misbehaving,
    ::testing::Values(
        Misbehavior{"Vm.HasAKernelWarning", kCaseFailed, "failure",
                    AllOf(HasSubstr("the kernel complained"), HasSubstr("mm/self_test.c:1")),
                    kPages + kLayers + Files{{"kernel.log", "mm/self_test.c:1"}}},
        Misbehavior{"Vm.Panics", kInfrastructure, "error",
                    HasSubstr("closed; Kernel panic - not syncing"),
                    Files{{"console.log", "Kernel panic"}, {"qemu.log"}}},
        Misbehavior{"Vm.Reboots", kInfrastructure, "error", HasSubstr("closed"), kVm},
        Misbehavior{"Vm.RunsOutOfMemory", kCaseFailed, "failure",
                    HasSubstr("was killed by signal 9"),
                    kLayers + Files{{"kernel.log", "Out of memory: Killed process"}}},
        Misbehavior{"Vm.LosesItsPorts",
                    kInfrastructure,
                    "error",
                    HasSubstr("no answer within 20 s of CPU time"),
                    kVm,
                    {"--timeout", "20"}},
        Misbehavior{"VmWithGuest.LosesTheGuestsQemu", kCaseFailed, "failure", Ended("(QEMU|qemu)"),
                    kPages},
        Misbehavior{"Vm.LosesMultipathd", kCaseFailed, "failure", Ended("multipathd"), kPages},
        Misbehavior{"VmWithGuest.LosesLibvirtd", kCaseFailed, "failure", Ended("libvirt"), kPages}),
    Name);

INSTANTIATE_TEST_SUITE_P(
    Leaks, Misbehaving,
    ::testing::Values(
        Misbehavior{"Leak.OfATarget", kCaseFailed, "failure", Left("naa.5001405f0123dead"),
                    kPages + kLayers + Files{{"configfs.txt", "naa.5001405f0123dead"}}},
        Misbehavior{"Leak.OfABackstore", kCaseFailed, "failure", Left("fileio_77"),
                    kPages + kLayers},
        Misbehavior{"Leak.OfAMap", kCaseFailed, "failure", Left("leak"),
                    kPages + kLayers + Files{{"dm-table.txt", "leak: 0 8 error"}}},
        Misbehavior{"Leak.OfAMount", kCaseFailed, "failure", Left("/mnt"), kPages + kLayers},
        Misbehavior{"Leak.OfAProcess", kCaseFailed, "failure", Left("sleep"),
                    kPages + kLayers + Files{{"processes.txt", "sleep 1000000"}}},
        Misbehavior{"LeakWithGuest.OfADomain", kCaseFailed, "failure", Left("leak"),
                    kPages + kLayers + Files{{"domain-leak.xml"}}}),
    Name);

}  // namespace
}  // namespace dualpath::tests
