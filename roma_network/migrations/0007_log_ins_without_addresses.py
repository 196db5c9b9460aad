from django.db import migrations

from roma_network.ops.logs import truncated


def forget_addresses(apps, schema_editor):
    """Log-ins were stored with full addresses and browsers; of attempts none older than a quarter of an hour counts."""
    log_ins = apps.get_model("axes", "AccessLog").objects.using(schema_editor.connection.alias)
    for address in log_ins.order_by().values_list("ip_address", flat=True).distinct():
        network = address and (truncated(address, ipv6=64) or None)
        log_ins.filter(ip_address=address).update(ip_address=network, user_agent="", http_accept="")
    for name in ("AccessAttempt", "AccessFailureLog"):
        apps.get_model("axes", name).objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("roma_network", "0006_layout"), ("axes", "0010_accessattemptexpiration")]

    operations = [migrations.RunPython(forget_addresses, migrations.RunPython.noop)]
