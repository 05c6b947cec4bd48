#include <sstream>

#include "ci/fuzzing/targets.h"
#include "helpers/scsi/hctl.h"
#include "helpers/scsi/host_byte.h"
#include "helpers/scsi/inquiry.h"
#include "helpers/scsi/persistent_reservation.h"
#include "helpers/scsi/registrations.h"
#include "helpers/scsi/reports.h"
#include "helpers/scsi/sense.h"
#include "helpers/scsi/vpd.h"

namespace dualpath::fuzzing {
namespace {

template <typename T>
std::string Print(const std::vector<T>& values) {
  std::ostringstream out;
  for (const T& value : values) out << value << "\n";
  return out.str();
}

}  // namespace

Status FuzzScsi(const std::string& input) {
  std::string text = input;
  const unsigned choice = TakeChoice(text, 10);
  const scsi::Bytes bytes(text.begin(), text.end());
  switch (choice) {
    case 0: {
      const auto keys = scsi::ParseKeys(bytes);
      return Promise(!keys.ok() || keys->keys.size() * 8 <= bytes.size(),
                     "a device returns no more keys than bytes", scsi::HexDump(bytes));
    }
    case 1: {
      const auto capabilities = scsi::ParseCapabilities(bytes);
      if (!capabilities.ok() || !capabilities->types) return Ok{};
      return Promise(capabilities->types->size() <= scsi::kAllReservationTypes.size(),
                     "a type is listed once", scsi::HexDump(bytes));
    }
    case 2: {
      const auto registrations = scsi::ParseFullStatus(bytes);
      if (!registrations.ok()) return Ok{};
      return Promise(registrations->nexuses.size() * 24 <= bytes.size(), "a nexus has a descriptor",
                     Print(registrations->nexuses));
    }
    case 3: {
      const auto luns = scsi::ParseLuns(bytes);
      return Promise(!luns.ok() || luns->size() * 8 <= bytes.size(), "a LUN has 8 bytes",
                     scsi::HexDump(bytes));
    }
    case 4: {
      const auto groups = scsi::ParseTargetPortGroups(bytes);
      return Promise(!groups.ok() || groups->size() * 8 <= bytes.size(), "a group has 8 bytes",
                     groups.ok() ? Print(*groups) : "");
    }
    case 5:
      static_cast<void>(scsi::ParseBlockLimitsPage(bytes));
      static_cast<void>(scsi::ParseLogicalBlockProvisioningPage(bytes));
      return Ok{};
    case 6:
      static_cast<void>(scsi::ParseStandardInquiry(bytes));
      return Ok{};
    case 7: {
      const auto naa = scsi::ParseNaaDesignator(bytes);
      if (naa.ok()) static_cast<void>(scsi::WwidFromNaa(*naa));
      return Ok{};
    }
    case 8: {
      const auto sense = scsi::Sense::Parse(bytes);
      if (sense.ok()) static_cast<void>(sense->ToString());
      return Ok{};
    }
    default: {
      const auto hctl = scsi::Hctl::Parse(text);
      if (!hctl.ok()) return Ok{};
      const auto again = scsi::Hctl::Parse(hctl->ToString());
      return Promise(again.ok() && *again == *hctl, "a printed H:C:T:L parses", hctl->ToString());
    }
  }
}

}  // namespace dualpath::fuzzing
