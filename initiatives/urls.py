from django.urls import path

from initiatives import views

urlpatterns = [
    path("initiatives/", views.initiative_list, name="initiative_list"),
    path("initiatives/<slug:slug>/", views.initiative_detail, name="initiative_detail"),
    path("initiatives/<slug:slug>/participants/", views.participants, name="participants"),
    path("documents/", views.document_list, name="document_list"),
    path("documents/<slug:slug>/", views.document_detail, name="document_detail"),
    path("funding/", views.funding_list, name="funding_list"),
]
