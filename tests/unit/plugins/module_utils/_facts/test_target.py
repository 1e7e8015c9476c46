# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices below the dump target are found by every name that kdump.conf may have for it."""

import pytest
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_el9
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge


@pytest.mark.parametrize("location", ["/dev/mapper/luks", "UUID=12-ab", "LABEL=dumps", "PARTUUID=34"])
def test_an_unmounted_target_has_its_layers_by_each_of_its_names(location: str) -> None:
    host = armed_el9(
        {
            "/etc/kdump.conf": "ext4 %s\npath /crash\ncore_collector makedumpfile -l -d 31\n" % location,
            "/etc/fstab": "%s /mnt/dumps ext4 defaults,noauto 0 2\n" % location,
            "/sys/class/block/dm-3": "",
            "/sys/class/block/dm-3/dm/uuid": "CRYPT-LUKS2-aB3-luks\n",
        }
    )
    names = ["mapper/luks", "disk/by-uuid/12-ab", "disk/by-label/dumps", "disk/by-partuuid/34"]
    host.links.update({"/dev/" + name: "/dev/dm-3" for name in names})
    checks = {check["id"]: check for check in judge(host, probe=False)["checks"]}
    assert (checks["encrypted_target"]["status"], checks["encrypted_target"]["value"]) == ("warn", "dm-3")
